import Domain

/// The hosts that an upload may name for its callbacks (`FOCUST_CALLBACK_HOSTS`).
struct CallbackHosts: Sendable {
    let hosts: [String]

    func allow(_ url: String) -> Bool {
        guard let origin = Origin(of: url), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return false
        }
        return hosts.contains(origin.host) || hosts.contains("\(origin.host):\(origin.port)")
    }
}
