import Crypto
import Domain
import Glibc
import Settings

/// Secrets that are long enough to start with, and still no secrets; and files that show them.
struct SecretCheck {
    /// Fewer different bytes than this in 32 say that a person made it up, or a default was left.
    private static let minDifferentBytes = 10
    /// What examples and other programs' defaults are made of.
    private static let wordsOfExamples = [
        "changeme", "change-me", "change_me", "example", "password", "secret", "default", "your-", "your_",
        "test",
        "dev", "insecure", "placeholder", "12345678", "abcdefgh",
    ]

    let settings: Settings

    func findings() -> [Finding] {
        let findings =
            weak + shared + shown
            + [openIssuance, keyless, sessions, audience, unsigned, bearer].compactMap(\.self)
        return findings.isEmpty
            ? [Finding(.good, "secrets", "none is easy to guess, shared or shown")] : findings
    }

    private var weak: [Finding] {
        secrets.compactMap { name, secret in
            let text = String(decoding: secret.bytes, as: UTF8.self).lowercased()
            let words = Self.wordsOfExamples.filter { text.contains($0) }
            guard Set(secret.bytes).count < Self.minDifferentBytes || !words.isEmpty else { return nil }
            let reason = words.isEmpty ? "" : ": it reads like an example or a default"
            return Finding(
                .warning, name, "is easy to guess\(reason)", advice: "Make one with: openssl rand -hex 32")
        }
    }

    /// One secret for two purposes: who is given it for one has it for the other.
    private var shared: [Finding] {
        var seen: [[UInt8]: String] = [:]
        var findings: [Finding] = []
        for (name, secret) in secrets {
            if let other = seen[secret.bytes] {
                findings.append(
                    Finding(
                        .problem, name, "is the same as \(other)",
                        advice: "Give each its own: who knows one would know both."))
            }
            seen[secret.bytes] = name
        }
        return findings
    }

    /// Files that others than their owner and group get at, and may read.
    private var shown: [Finding] {
        var findings = SecretFiles.all().compactMap { path -> Finding? in
            guard Account.anybody.access(path, .read) == .granted else { return nil }
            return Finding(
                .problem, path, "holds a secret, and everybody on this machine may read it",
                advice: "chmod o= \(path), and make new secrets.")
        }
        let inFile = SecretFiles.inSettingsFile()
        if !inFile.isEmpty {
            findings.append(
                Finding(
                    .warning, inFile.joined(separator: ", "),
                    "in the settings file, which the conversions read too",
                    advice: "Move each into a file of its name in the directory of FOCUST_SECRETS."))
        }
        return findings
    }

    private var openIssuance: Finding? {
        guard settings.openIssuance else { return nil }
        return Finding(
            .warning, "FOCUST_OPEN_ISSUANCE", "anybody may have tokens issued",
            advice: "Set FOCUST_API_KEYS and remove it; the page earlier-clients.md says how.")
    }

    private var keyless: Finding? {
        guard !settings.keylessAddresses.isEmpty else { return nil }
        return Finding(
            .warning, "FOCUST_KEYLESS_ADDRESSES", "service calls from there need no API key",
            advice: "Have the site's backend send a key, and remove it; the page earlier-clients.md says how."
        )
    }

    private var sessions: Finding? {
        guard settings.hasSessions, settings.sessionsSeeAll else { return nil }
        guard settings.eligibilityURL == nil else {
            return Finding(
                .warning, "FOCUST_SESSIONS_SEE_ALL", "says nothing while FOCUST_ELIGIBILITY_URL is asked",
                advice: "Remove it, lest it opens everything when the URL is removed.")
        }
        return Finding(
            .warning, "FOCUST_SESSIONS_SEE_ALL", "every user with a session may play and download everything",
            advice: "Set FOCUST_ELIGIBILITY_URL, where the site says who may, and remove it.")
    }

    private var audience: Finding? {
        guard settings.hasSessions, settings.identityAudiences.isEmpty else { return nil }
        return Finding(
            .warning, "FOCUST_IDENTITY_AUDIENCE",
            "is missing: whatever was signed with FOCUST_IDENTITY_SECRET and has a sub is a session here",
            advice: "Set it to what aud says in sessions, and in no other tokens of the site.")
    }

    private var unsigned: Finding? {
        let hasReceivers = settings.callbackURL != nil || !settings.callbackOrigins.isEmpty
        guard hasReceivers && settings.callbackSecret == nil else { return nil }
        return Finding(
            .warning, "FOCUST_CALLBACK_SECRET", "is missing: callbacks go out unsigned",
            advice: "Set it here and where callbacks are received.")
    }

    private var bearer: Finding? {
        let origins = settings.originsInTheClear
        guard settings.callbackBearer != nil, !origins.isEmpty else { return nil }
        return Finding(
            .warning, "CALLBACK_BEARER",
            "is not sent to \(origins.map(\.description).joined(separator: ", ")): anybody on the way could read it",
            advice: "Let callbacks go to https, or verify them by FOCUST_CALLBACK_SECRET alone.")
    }

    private var secrets: [(String, Secret)] {
        let others = [
            ("FOCUST_IDENTITY_SECRET", settings.identitySecret),
            ("FOCUST_CALLBACK_SECRET", settings.callbackSecret),
            ("CALLBACK_BEARER", settings.callbackBearer),
        ]
        return [("SECRET_KEY", settings.signingKey)]
            + settings.apiKeys.map { ("FOCUST_API_KEYS (\($0.name))", $0.secret) }
            + others.compactMap { name, secret in secret.map { (name, $0) } }
    }
}
