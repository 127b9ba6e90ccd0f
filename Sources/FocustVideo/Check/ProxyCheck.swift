/// Whether nginx knows who its clients are. Where it listens on loopback alone, another server passes requests on, and
/// unless `set_real_ip_from` names that one, everybody has the address of this machine: trusted, and let in to /metrics.
struct ProxyCheck {
    let configuration: NginxConfiguration

    func findings() -> [Finding] {
        let listens = configuration.files.values.flatMap(Self.listens)
        guard !listens.isEmpty, listens.allSatisfy(Self.isLoopback), !names("set_real_ip_from") else {
            return []
        }
        return [
            Finding(
                .warning, "nginx, addresses",
                "listens on loopback alone and has no set_real_ip_from: all clients of the proxy in front count as "
                    + "this machine, which no limit holds and which reads /metrics",
                advice: "Name the proxy in set_real_ip_from and real_ip_header, as docs/proxies.md says.")
        ]
    }

    private func names(_ directive: String) -> Bool {
        configuration.text.split(separator: "\n").contains { Self.words($0).first == directive[...] }
    }

    /// The addresses of each `server { }` of a file that includes server.conf.
    private static func listens(in text: String) -> [Substring] {
        var blocks: [(listens: [Substring], isOurs: Bool)] = []
        var found: [Substring] = []
        for line in text.split(separator: "\n") {
            let words = words(line)
            if words.first == "listen", words.count > 1, !blocks.isEmpty {
                blocks[blocks.count - 1].listens.append(words[1])
            }
            if words.first == "include", words.count > 1, words[1].hasSuffix("focust-video/server.conf"),
                !blocks.isEmpty
            {
                blocks[blocks.count - 1].isOurs = true
            }
            for brace in words where brace == "{" || brace == "}" {
                if brace == "{" {
                    blocks.append(([], false))
                } else if let block = blocks.popLast(), block.isOurs {
                    found += block.listens
                }
            }
        }
        return found
    }

    /// The words of a line, braces apart, without quotes and comments.
    private static func words(_ line: Substring) -> [Substring] {
        let code = line.prefix { $0 != "#" }.replacing("{", with: " { ").replacing("}", with: " } ")
        return code.split { " \t;\"".contains($0) }
    }

    private static func isLoopback(_ address: Substring) -> Bool {
        address.hasPrefix("127.") || address.hasPrefix("[::1]") || address.hasPrefix("localhost")
    }
}
