import Domain
import Settings

/// The site that includes server.conf: whether it is the one of the public URL, and which of its own answers change.
struct NginxSiteCheck {
    private static let prefixAdvice =
        "Where the site needs them itself, FOCUST_NGINX_PREFIX=/video has all addresses of the videos below /video, and "
        + "FOCUST_NGINX_OPERATIONS=false leaves out /healthz, /readyz and /metrics."

    let settings: Settings
    let configuration: NginxConfiguration

    func findings() -> [Finding] {
        let servers = NginxServer.all(in: configuration, of: settings.place)
        let ours = servers.filter(\.isOurs)
        guard !ours.isEmpty, let url = Origin(of: settings.publicURL) else { return [] }
        return [name(url, ours, servers), port(url, ours)].compactMap(\.self) + ours.flatMap(addresses)
    }

    /// nginx takes the server { } whose name is asked for; a name that none has goes to the default of the port.
    private func name(_ url: Origin, _ ours: [NginxServer], _ servers: [NginxServer]) -> Finding? {
        let isUnnamed = !servers.contains { $0.isCalled(url.host) }
        guard !ours.contains(where: { $0.isCalled(url.host) || $0.isBehindProxy }),
            !(isUnnamed && ours.contains { $0.isDefault || servers.count == 1 })
        else { return nil }
        return Finding(
            isUnnamed ? .warning : .problem, "FOCUST_PUBLIC_URL",
            "has the name \(url.host), which "
                + (isUnnamed
                    ? "no server_name of nginx's is" : "another server { } than that of the videos has"),
            advice:
                "Correct it, or the server_name of the server { } that includes \(settings.place)/server.conf: \(ours.map(\.name).joined(separator: ", "))."
        )
    }

    private func port(_ url: Origin, _ ours: [NginxServer]) -> Finding? {
        guard !ours.contains(where: { $0.ports.contains(url.port) || $0.isBehindProxy }) else { return nil }
        let ports = Set(ours.flatMap(\.ports).compactMap(\.self)).sorted().map { "\($0)" }.joined(
            separator: ", ")
        return Finding(
            .warning, "FOCUST_PUBLIC_URL",
            "has the port \(url.port), where the server { } of the videos does not listen (it has \(ports))",
            advice: "Correct it, unless something in front of nginx listens there.")
    }

    private func addresses(_ server: NginxServer) -> [Finding] {
        let taken = server.locations.compactMap(lost)
        let kept = server.locations.filter(keeps).map(\.pattern)
        let changes = taken.filter { $0.0.pattern != "/" }.map { location, paths in
            Finding(
                .warning, "nginx, \(server.name)",
                "location \(location.pattern) of the site no longer answers \(paths.joined(separator: ", "))",
                advice: Self.prefixAdvice)
        }
        let others = kept.map { pattern in
            Finding(
                .warning, "nginx, \(server.name)",
                "location \(pattern) of the site answers an address of the videos", advice: Self.prefixAdvice)
        }
        guard changes.isEmpty, others.isEmpty else { return changes + others }
        let isOnItsOwn = taken.allSatisfy { $0.0.isRefusal }
        let list = own.map(\.pattern).joined(separator: ", ")
        return [
            Finding(
                .good, "nginx, \(server.name)",
                isOnItsOwn ? "answers for the videos alone" : "answers for the site but at \(list)")
        ]
    }

    /// What server.conf takes of a location of the site's; nil where it is nothing.
    private func lost(_ location: NginxServer.Location) -> (NginxServer.Location, [String])? {
        let paths = own.filter { ours in
            switch location.modifier {
            case "=": false
            case "~", "~*":
                NginxServer.matches(
                    ours.pattern, location.pattern, ignoresCase: location.modifier == "~*")
            default: ours.pattern.hasPrefix(location.pattern)
            }
        }
        return paths.isEmpty ? nil : (location, paths.map(\.pattern))
    }

    /// Whether a location of the site's wins over one of ours: nginx takes the exact one, else the longest prefix.
    private func keeps(_ location: NginxServer.Location) -> Bool {
        guard ["", "=", "^~"].contains(location.modifier) else { return false }
        return own.contains { $0.modifier == "^~" && location.pattern.hasPrefix($0.pattern) }
    }

    /// The locations of server.conf that others can ask for.
    private var own: [NginxServer.Location] {
        let text = configuration.own("server.conf", of: settings.place) ?? ""
        return NginxDirective.parse(text).filter { $0.words.first == "location" }
            .compactMap(NginxServer.Location.init).filter {
                !$0.isRefusal && !$0.pattern.hasPrefix(settings.accelPrefix + "/")
            }
    }
}
