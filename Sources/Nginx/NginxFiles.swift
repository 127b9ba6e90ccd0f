import Domain
import Settings

/// nginx's files, written from the settings, so that the two cannot disagree.
package struct NginxFiles {
    private let settings: Settings
    private let nginx: NginxSettings

    package init(_ settings: Settings, _ nginx: NginxSettings) {
        self.settings = settings
        self.nginx = nginx
    }

    /// As the settings of `source` have them; throws all that is wrong with the server's or nginx's.
    package init(from source: SettingsSource) throws(SettingsErrors) {
        var errors: [SettingsError] = []
        var settings: Settings?
        var nginx: NginxSettings?
        do throws(SettingsErrors) { settings = try source.settings(for: .nginx) } catch {
            errors += error.errors
        }
        do throws(SettingsErrors) { nginx = try NginxSettings(values: source.values) } catch {
            errors += error.errors
        }
        guard let settings, let nginx else { throw SettingsErrors(errors: errors) }
        self.init(settings, nginx)
    }

    /// The directory of the access log and the error log.
    package var logDirectory: String { nginx.logDirectory }

    /// Those two.
    package var logs: [String] { ["access", "error"].map { "\(nginx.logDirectory)/focust-video.\($0).log" } }

    /// The text of each file, by its name.
    package var texts: [String: String] {
        let values = values
        return Self.templates.mapValues { Template($0).filled(with: values) }
    }

    /// The templates, by the names of the files.
    private static let templates: [String: [UInt8]] = [
        "accel.conf": PackageResources.accel_conf,
        "ahead.conf": PackageResources.ahead_conf,
        "asked-ahead.conf": PackageResources.asked_ahead_conf,
        "cors.conf": PackageResources.cors_conf,
        "decided.conf": PackageResources.decided_conf,
        "decisions-http.conf": PackageResources.decisions_http_conf,
        "decisions-server.conf": PackageResources.decisions_server_conf,
        "error-pages.conf": PackageResources.error_pages_conf,
        "error.conf": PackageResources.error_conf,
        "errors.conf": PackageResources.errors_conf,
        "example-server.conf": PackageResources.example_server_conf,
        "failures.conf": PackageResources.failures_conf,
        "fastcgi.conf": PackageResources.fastcgi_conf,
        "file.conf": PackageResources.file_conf,
        "form.conf": PackageResources.form_conf,
        "http.conf": PackageResources.http_conf,
        "issue.conf": PackageResources.issue_conf,
        "location.conf": PackageResources.location_conf,
        "monitoring.conf": PackageResources.monitoring_conf,
        "operations.conf": PackageResources.operations_conf,
        "part.conf": PackageResources.part_conf,
        "playback.conf": PackageResources.playback_conf,
        "preflight.conf": PackageResources.preflight_conf,
        "refused.conf": PackageResources.refused_conf,
        "request.conf": PackageResources.request_conf,
        "resumable.conf": PackageResources.resumable_conf,
        "sentences.conf": PackageResources.sentences_conf,
        "server.conf": PackageResources.server_conf,
        "static.conf": PackageResources.static_conf,
        "tus.conf": PackageResources.tus_conf,
        "types.conf": PackageResources.types_conf,
        "unknown.conf": PackageResources.unknown_conf,
        "upload.conf": PackageResources.upload_conf,
        "uploads-at-once.conf": PackageResources.uploads_at_once_conf,
    ]

    private var values: [String: String] {
        var values = [
            "LISTEN": Self.socket(settings.listen), "UPLOAD_LISTEN": Self.socket(settings.uploadListen),
            "DATA_DIR": settings.dataDirectory, "LOG_DIR": nginx.logDirectory,
            "ACCEL_PREFIX": settings.accelPrefix,
            "ACCEL_PATTERN": Pattern.quoted(settings.accelPrefix),
            "MAX_CONTENT_LENGTH": "\(settings.maxContentLength)",
            "MAX_UPLOAD_SIZE": "\(settings.maxUploadSize)",
            "UPLOADS_AT_ONCE": "\(nginx.uploadsAtOnce)", "UPLOADS_IN_ALL": "\(nginx.uploadsInAll)",
            "ORIGIN_MAP": Self.lines(
                settings.allowedOrigins.entries.map { "\"\(Pattern.of($0))\" $http_origin;" }),
            "TRUSTED_MAP": Self.lines(nginx.trustedAddresses.map { "\($0) 1;" }),
            "ID": Pattern.id, "EXT": "(?:\(Self.extensions.joined(separator: "|")))",
            "TRY_EXTENSIONS": Self.extensions.map { "$focust_file.\($0)" }.joined(separator: " "),
            "LANGUAGE": Pattern.language,
        ]
        values.merge(decisions) { $1 }
        values.merge(rate("TOKENS_PER_USER", nginx.tokensPerUser)) { $1 }
        values.merge(rate("TOKENS_PER_ADDRESS", nginx.tokensPerAddress)) { $1 }
        values.merge(rate("UPLOADS_PER_ADDRESS", nginx.uploadsPerAddress)) { $1 }
        return values
    }

    private static let extensions = VideoFileType.allCases.map(\.rawValue)

    private var decisions: [String: String] {
        let isOn = nginx.decisionSeconds != nil
        let off = "# FOCUST_NGINX_DECISION_CACHE is off."
        return [
            "DECISION_SECONDS": nginx.decisionSeconds.map { "\($0)" } ?? "off",
            "DECISION_DIR": nginx.decisionDirectory,
            "DECISIONS_HTTP": isOn ? "include focust-video/decisions-http.conf;" : off,
            "DECISIONS_SERVER": isOn ? "include focust-video/decisions-server.conf;" : off,
            "DECIDED": isOn ? "include focust-video/decided.conf;" : "",
        ]
    }

    /// A rate for nginx, and in the words of its answer.
    private func rate(_ name: String, _ rate: RequestRate) -> [String: String] {
        let (english, french) = rate.unit == .minute ? ("minute", "minute") : ("second", "seconde")
        return [
            "RATE_\(name)": "\(rate.requests)r/\(rate.unit.rawValue)", "BURST_\(name)": "\(rate.burst)",
            "WAIT_\(name)": "\(rate.wait)", "\(name)_EN": "\(rate.requests) per \(english)",
            "\(name)_FR": "\(rate.requests) par \(french)",
        ]
    }

    /// A socket as nginx names it.
    private static func socket(_ address: String) -> String {
        address.hasPrefix("/") ? "unix:\(address)" : address
    }

    /// Entries of a map.
    private static func lines(_ entries: [String]) -> String {
        entries.map { "    \($0)" }.joined(separator: "\n")
    }
}
