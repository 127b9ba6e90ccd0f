import Glibc

/// A `server { }` of nginx's configuration: where it listens, what it is called, what its own locations are.
struct NginxServer {
    /// A `location` of the site itself.
    struct Location {
        /// `=`, `^~`, `~`, `~*`, or empty for a prefix.
        let modifier: String
        let pattern: String
        /// Whether all it does is to refuse, by `return 404;`.
        let isRefusal: Bool

        /// Nil for named locations, which no request asks for.
        init?(_ directive: NginxDirective) {
            let words = directive.words
            guard words.count > 1, let pattern = words.last, !pattern.hasPrefix("@") else { return nil }
            modifier = words.count > 2 ? words[1] : ""
            self.pattern = pattern
            let inside = directive.block ?? []
            isRefusal =
                inside.contains { $0.words.first == "return" && $0.words.last?.first == "4" }
                && !inside.contains { $0.words.first == "location" }
        }
    }

    let names: [String]
    let listens: [[String]]
    let locations: [Location]
    /// Whether it includes server.conf of `place`.
    let isOurs: Bool

    /// Those of a configuration.
    static func all(in configuration: NginxConfiguration, of place: String) -> [NginxServer] {
        let trees = configuration.files.mapValues(NginxDirective.parse)
        let blocks = trees.values.flatMap { NginxDirective.named("server", in: $0) }.compactMap(\.block)
        return blocks.map { NginxServer($0, trees, place) }
    }

    private init(_ block: [NginxDirective], _ trees: [String: [NginxDirective]], _ place: String) {
        let ours = "/\(place)/server.conf"
        var isOurs = false
        /// With what is included, but for our own file.
        func whole(_ directives: [NginxDirective], _ depth: Int) -> [NginxDirective] {
            directives.flatMap { directive -> [NginxDirective] in
                guard directive.words.first == "include", let name = directive.words.last, depth < 8 else {
                    return [directive]
                }
                guard !"/\(name)".hasSuffix(ours) else {
                    isOurs = true
                    return []
                }
                let pattern = name.hasPrefix("/") ? name : "*/\(name)"
                let found = trees.filter {
                    fnmatch(pattern, $0.key, 0) == 0 && !$0.key.contains("/\(place)/")
                }
                return found.sorted { $0.key < $1.key }.flatMap { whole($0.value, depth + 1) }
            }
        }
        let all = whole(block, 0)
        names = all.filter { $0.words.first == "server_name" }.flatMap {
            $0.words.dropFirst().map { $0.lowercased() }
        }
        listens = all.filter { $0.words.first == "listen" }.map { Array($0.words.dropFirst()) }
        locations = all.filter { $0.words.first == "location" }.compactMap(Location.init)
        self.isOurs = isOurs
    }

    /// For people.
    var name: String { names.first { $0 != "_" } ?? "a server { } without a name" }

    /// Whether one of its names is that of `host` (ngx_http_core_module, server_name).
    func isCalled(_ host: String) -> Bool {
        names.contains { name in
            if let suffix = name.hasPrefix("*.") ? name.dropFirst() : nil { return host.hasSuffix(suffix) }
            if name.hasSuffix(".*") { return host.hasPrefix(name.dropLast()) }
            if name.hasPrefix("."), host == name.dropFirst() || host.hasSuffix(name) { return true }
            guard name.hasPrefix("~") else { return host == name }
            return NginxServer.matches(host, String(name.dropFirst()), ignoresCase: true)
        }
    }

    var isDefault: Bool { listens.contains { $0.contains("default_server") || $0.contains("default") } }

    /// The ports of its addresses; nil among them for a unix socket.
    var ports: [Int?] {
        guard !listens.isEmpty else { return [80] }
        return listens.map { words in
            let address = words.first ?? ""
            if address.hasPrefix("unix:") { return nil }
            if let port = Int(address) { return port }
            let behind = address.split(separator: "]").last.map(String.init) ?? ""
            return behind.contains(":") ? behind.split(separator: ":").last.flatMap { Int($0) } ?? 80 : 80
        }
    }

    /// Whether it can be reached from this machine alone: something in front passes requests on.
    var isBehindProxy: Bool {
        !listens.isEmpty
            && listens.allSatisfy { words in
                ["127.", "[::1]", "localhost", "unix:"].contains { words.first?.hasPrefix($0) == true }
            }
    }

    /// Whether an expression of nginx's finds something; PCRE that Swift cannot read finds nothing.
    static func matches(_ text: String, _ expression: String, ignoresCase: Bool) -> Bool {
        // An expression that cannot be judged is no finding.
        guard let regex = try? Regex(expression) else { return false }
        return text.contains(ignoresCase ? regex.ignoresCase() : regex)
    }
}
