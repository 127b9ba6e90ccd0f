import Domain
import Settings

/// What the settings say of the outside, and would work badly.
struct AddressCheck {
    let settings: Settings

    func findings() -> [Finding] {
        [publicURL, publicPath, jobs].compactMap(\.self) + settings.allowedOrigins.entries.compactMap(origin)
    }

    /// An entry that lets in more pages than it looks, or pages that anybody on the way may change.
    private func origin(_ entry: AllowedOrigins.Entry) -> Finding? {
        switch entry {
        case .below(let domain) where Self.isPublic(domain.host):
            Finding(
                .warning, "FOCUST_ALLOWED_ORIGINS",
                "has \(entry): everybody can have a site there, and show the videos",
                advice: "Name your own domain: \(domain.scheme)://*.example.\(domain.host).")
        case .below(let origin), .exactly(let origin):
            origin.scheme == "http" && !Self.isLocal(origin.host)
                ? Finding(
                    .warning, "FOCUST_ALLOWED_ORIGINS",
                    "has \(entry): such a page, and the tokens in it, can be read and changed on the way",
                    advice: "Serve the site by https, and name it so.")
                : nil
        }
    }

    /// Whether names below this one are given to everybody: `fr`, `co.uk`. The most usual of what registries have.
    private static func isPublic(_ domain: String) -> Bool {
        let labels = domain.split(separator: ".")
        let second = ["ac", "asso", "co", "com", "edu", "gouv", "gov", "ne", "net", "or", "org"]
        return labels.count == 1
            || labels.count == 2 && labels[1].count == 2 && second.contains("\(labels[0])")
    }

    private static func isLocal(_ host: String) -> Bool {
        ["localhost", "127.0.0.1", "[::1]"].contains(host) || host.hasSuffix(".localhost")
    }

    private var publicURL: Finding? {
        let url = settings.publicURL
        guard let origin = Origin(of: url), origin.scheme == "http", !Self.isLocal(origin.host) else {
            return nil
        }
        return Finding(
            .warning, "FOCUST_PUBLIC_URL", "is \(url): tokens travel unencrypted",
            advice: "Serve it by https; example-server.conf among nginx's files shows how.")
    }

    /// A path that nginx does not have is fine where a proxy in front takes it away, and leads to 404 where none does.
    private var publicPath: Finding? {
        guard !settings.foreignPath.isEmpty else { return nil }
        return Finding(
            .warning, "FOCUST_PUBLIC_URL",
            "has the path \(settings.foreignPath), which nginx does not know: every address that is given out would lead to 404",
            advice:
                "Set FOCUST_NGINX_PREFIX=\(settings.publicPath), unless a proxy in front takes the path away."
        )
    }

    private var jobs: Finding? {
        guard settings.threads < 2 else { return nil }
        return Finding(
            .warning, "FOCUST_THREADS", "is 1: one slow request holds everybody up", advice: "Set 4 to 8.")
    }
}
