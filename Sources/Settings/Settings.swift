import Crypto
import Domain

/// Everything a sysadmin can set, parsed once at start; see `Setting.all` for names, defaults and meanings.
package struct Settings: Sendable {
    package var signingKey: Secret
    package var previousKeys: [Secret]
    /// Seconds.
    package var tokenExpiry: Int
    /// Seconds.
    package var maxTTL: Int
    /// Seconds.
    package var grantMargin: Int
    /// Seconds that a replaced lesson stays for its viewers, at most.
    package var keepReplaced: Int
    package var allowedOrigins: AllowedOrigins
    /// Without a slash at its end.
    package var publicURL: String
    package var dataDirectory: String
    /// A path, or `127.0.0.1:port`.
    package var listen: String
    package var uploadListen: String
    package var threads: Int
    package var uploadThreads: Int
    package var apiKeys: [APIKey]
    package var keylessAddresses: KeylessAddresses
    package var openIssuance: Bool
    package var identitySecret: Secret?
    package var identityJWKS: String?
    /// What a session's `iss` must be, one of them; empty: it is not looked at.
    package var identityIssuers: [String]
    /// What a session's `aud` must name, one of them; empty: it is not looked at.
    package var identityAudiences: [String]
    /// Whether a user's session gets tokens for everything where the site is not asked.
    package var sessionsSeeAll: Bool
    package var eligibilityURL: String?
    package var maxContentLength: ByteCount
    /// Of the file of a resumable upload.
    package var maxUploadSize: ByteCount
    package var minFreeBytes: ByteCount
    package var conversionJobs: Int
    /// Seconds; nil: 20 times the video's duration, at least 600.
    package var conversionTimeout: Int?
    package var segmentSeconds: Int
    package var x264Preset: String
    package var crf: Int
    package var maxHeight: Int
    /// The renditions that a lesson gets.
    package var ladder: Ladder
    package var callbackURL: String?
    /// Where an upload may have the end of its conversion told.
    package var callbackOrigins: [Origin]
    package var callbackSecret: Secret?
    package var callbackBearer: Secret?
    package var callbackAllowPrivate: Bool
    /// What the site is told besides the ends of conversions.
    package var callbackEvents: Set<CallbackEvent>
    /// What tells this server from others on the same machine; empty for the only one, or the first.
    package var instance: String
    /// The path below which nginx has all addresses, such as `/video`; empty: they begin at the root.
    package var nginxPrefix: String
    /// nginx's internal location, below `nginxPrefix`.
    package var accelPrefix: String
    package var logLevel: String
    package var logFormat: String
    /// Whether users may ask for tokens by their sessions.
    package var hasSessions: Bool { identitySecret != nil || identityJWKS != nil }
    /// What each setting that was given said, by name; as secrets, because some are.
    package var given: [String: Secret] = [:]

    package static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    /// x264's presets (x264.h: x264_preset_names), fastest first.
    package static let presets = [
        "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
    ]
}

extension Settings {
    /// The settings that say something else in `other`; told by their texts, so that `8` differs from a default of 8.
    package func changes(to other: Settings) -> [Setting] {
        Setting.all.filter { given[$0.name]?.bytes != other.given[$0.name]?.bytes }
    }
}
