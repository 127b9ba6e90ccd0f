import Settings

/// What the settings say of the outside, and would work badly.
struct AddressCheck {
    let settings: Settings

    func findings() -> [Finding] {
        [publicURL, jobs].compactMap(\.self)
    }

    private var publicURL: Finding? {
        let url = settings.publicURL
        let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains { url.contains("://\($0)") }
        guard url.hasPrefix("http://") && !isLocal else { return nil }
        return Finding(
            .warning, "FOCUST_PUBLIC_URL", "is \(url): tokens travel unencrypted",
            advice: "Serve it by https; example-server.conf among nginx's files shows how.")
    }

    private var jobs: Finding? {
        guard settings.threads < 2 else { return nil }
        return Finding(
            .warning, "FOCUST_THREADS", "is 1: one slow request holds everybody up", advice: "Set 4 to 8.")
    }
}
