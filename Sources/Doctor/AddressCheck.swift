import Settings

/// What the settings say of the outside, and would work badly.
struct AddressCheck {
    let settings: Settings

    func findings() -> [Finding] {
        [publicURL, publicPath, jobs].compactMap(\.self)
    }

    private var publicURL: Finding? {
        let url = settings.publicURL
        let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains { url.contains("://\($0)") }
        guard url.hasPrefix("http://") && !isLocal else { return nil }
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
