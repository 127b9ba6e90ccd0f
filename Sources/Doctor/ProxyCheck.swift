import Domain
import Settings

/// Whether nginx knows who its clients are. Where it listens on loopback or a unix socket alone, another server passes
/// requests on, and unless `set_real_ip_from` names that one, all clients have one address: on loopback that of this
/// machine, which is trusted, let in to /metrics, and may need no API key.
struct ProxyCheck {
    private static let advice =
        "Name the proxy in set_real_ip_from and real_ip_header, as docs/proxies.md says."

    let settings: Settings
    let configuration: NginxConfiguration

    func findings() -> [Finding] {
        let listens = NginxServer.all(in: configuration, of: settings.place).filter(\.isOurs).flatMap {
            server in
            server.listens.compactMap(\.first)
        }
        let believed = believed()
        let isUnknown = { (isOf: (String) -> Bool) in
            listens.contains(where: isOf) && !believed.contains(where: isOf)
                && !believed.contains("0.0.0.0/0")
        }
        guard !listens.isEmpty, listens.allSatisfy({ Self.isLoopback($0) || Self.isUnixSocket($0) }) else {
            return believed.contains(where: Self.isLoopback) ? [] : [forEverybody].compactMap(\.self)
        }
        return (isUnknown(Self.isLoopback) ? [loopback, keylessProxy].compactMap(\.self) : [])
            + (isUnknown(Self.isUnixSocket) ? [unixSocket] : [])
    }

    private var loopback: Finding {
        Finding(
            .warning, "nginx, addresses",
            "listens on loopback alone and has no set_real_ip_from for it: all clients of the proxy in front count as "
                + "this machine, which no limit holds and which reads /metrics", advice: Self.advice)
    }

    private var unixSocket: Finding {
        Finding(
            .warning, "nginx, addresses",
            "listens on a unix socket and has no set_real_ip_from for it: all clients of the proxy in front count as one, "
                + "which the limits then refuse together", advice: Self.advice)
    }

    /// A backend on this machine may need no key; then nothing else on it may pass requests on.
    private var keylessLoopback: Bool {
        settings.keylessAddresses.contains("127.0.0.1") || settings.keylessAddresses.contains("::1")
    }

    private var keylessProxy: Finding? {
        guard keylessLoopback else { return nil }
        return Finding(
            .problem, "FOCUST_KEYLESS_ADDRESSES",
            "names this machine, as which all clients of the proxy in front count: everybody may upload and delete",
            advice: Self.advice)
    }

    private var forEverybody: Finding? {
        guard keylessLoopback else { return nil }
        return Finding(
            .warning, "FOCUST_KEYLESS_ADDRESSES",
            "names this machine, and nginx no proxy on it: what passes requests on from here needs no API key",
            advice:
                "Where a proxy or tunnel runs on this machine, name it in set_real_ip_from (docs/proxies.md)."
        )
    }

    /// Those of whom nginx takes the word on a client's address.
    private func believed() -> [String] {
        configuration.files.values.flatMap {
            NginxDirective.named("set_real_ip_from", in: NginxDirective.parse($0))
        }
        .flatMap { $0.words.dropFirst() }
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address.hasPrefix("[::1]") || address.hasPrefix("::1")
            || address.hasPrefix("localhost")
    }

    private static func isUnixSocket(_ address: String) -> Bool { address.hasPrefix("unix:") }
}
