import Crypto
import Settings

/// Secrets that are long enough to start with, and still no secrets.
struct SecretCheck {
    /// Fewer different bytes than this in 32 say that a person made it up, or a default was left.
    private static let minDifferentBytes = 10

    let settings: Settings

    func findings() -> [Finding] {
        var findings: [Finding] = []
        for (name, secret) in secrets where Set(secret.bytes).count < Self.minDifferentBytes {
            findings.append(
                Finding(.warning, name, "is easy to guess", advice: "Make one with: openssl rand -hex 32"))
        }
        if settings.openIssuance {
            findings.append(
                Finding(
                    .warning, "FOCUST_OPEN_ISSUANCE", "anybody may have tokens issued",
                    advice: "Set FOCUST_API_KEYS and remove it."))
        }
        let hasReceivers = settings.callbackURL != nil || !settings.callbackHosts.isEmpty
        if hasReceivers && settings.callbackSecret == nil {
            findings.append(
                Finding(
                    .warning, "FOCUST_CALLBACK_SECRET", "is missing: callbacks go out unsigned",
                    advice: "Set it here and where callbacks are received."))
        }
        return findings.isEmpty ? [Finding(.good, "secrets", "none is easy to guess")] : findings
    }

    private var secrets: [(String, Secret)] {
        [("SECRET_KEY", settings.signingKey)]
            + settings.apiKeys.map { ("FOCUST_API_KEYS (\($0.name))", $0.secret) }
    }
}
