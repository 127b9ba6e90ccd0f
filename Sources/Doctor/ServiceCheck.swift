import Settings

/// Whether systemd runs what the package installed, and will after the next boot.
struct ServiceCheck {
    let settings: Settings

    private var socket: String { settings.unit("focust-video", "socket") }
    private var server: String { settings.unit("focust-video", "service") }
    private var worker: String { settings.unit("focust-video-work", "service") }

    /// Empty where there is no systemd, or where it knows none of the units.
    func findings() -> [Finding] {
        let names = [socket, server, worker]
        let properties = "Id,LoadState,ActiveState,SubState,Result,UnitFileState,ProtectSystem,ReadWritePaths"
        let command = "systemctl show --no-pager --property=\(properties) \(names.joined(separator: " "))"
        guard let outcome = Command.run(command), outcome.status == 0 else { return [] }
        let units = Unit.all(in: outcome.text).filter(\.isInstalled)
        let wrong = units.flatMap { [stopped($0), readOnly($0)].compactMap(\.self) }
        guard wrong.isEmpty, !units.isEmpty else { return wrong }
        return [Finding(.good, "services", "systemd runs them")]
    }

    private func stopped(_ unit: Unit) -> Finding? {
        // Converters run in the server unless the settings leave all to the worker.
        let isNeeded = unit.name != worker || settings.conversionJobs == 0
        switch (unit.state, unit.subState) {
        case ("active", _): return isNeeded && unit.name != server ? atBoot(unit) : nil
        case ("activating", let phase) where phase != "auto-restart": return nil
        case ("failed", _), ("activating", _):
            return Finding(
                .problem, unit.name, "does not stay up (\(unit.detail))",
                advice:
                    "`journalctl -u \(unit.name) -n 20` has the cause; then `systemctl restart \(unit.name)`."
            )
        default:
            guard isNeeded || unit.isEnabled else { return nil }
            return Finding(
                .problem, unit.name, "does not run",
                advice: "systemctl enable --now \(unit.name)")
        }
    }

    private func atBoot(_ unit: Unit) -> Finding? {
        guard !unit.isEnabled else { return nil }
        return Finding(
            .warning, unit.name, "will not run after the next boot", advice: "systemctl enable \(unit.name)")
    }

    /// The units open one directory to the services, and a drop-in another (systemd.exec(5), ReadWritePaths=).
    private func readOnly(_ unit: Unit) -> Finding? {
        let data = settings.dataDirectory
        guard unit.name != socket, !unit.writablePaths.contains(where: { data.isAt($0) }) else {
            return nil
        }
        return Finding(
            .problem, unit.name, "may not write \(data), where FOCUST_DATA_DIR is: it would not start",
            advice: "Give it a drop-in as in /usr/share/doc/focust-video/examples/data-on-another-disk.conf.")
    }

    /// What systemd says of a unit (systemctl(1), show).
    private struct Unit {
        private let properties: [Substring: Substring]

        /// One for each block of lines `Name=value`; an empty line parts them.
        static func all(in text: String) -> [Unit] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.split(whereSeparator: \.isEmpty).map { block in
                let pairs = block.compactMap { line in
                    line.firstIndex(of: "=").map { (line[..<$0], line[line.index(after: $0)...]) }
                }
                return Unit(properties: Dictionary(pairs) { $1 })
            }
        }

        private func value(_ name: Substring) -> String { String(properties[name] ?? "") }

        var name: String { value("Id") }
        var isInstalled: Bool { value("LoadState") == "loaded" }
        var state: String { value("ActiveState") }
        var subState: String { value("SubState") }
        /// "enabled-runtime" ends with the next boot.
        var isEnabled: Bool { value("UnitFileState") == "enabled" }
        var isSystemReadOnly: Bool { value("ProtectSystem") == "strict" }
        /// As "failed, exit-code".
        var detail: String { "\(subState), \(value("Result"))" }
        /// "-" and "+" before a path say what happens where it is missing, and whose root it is under.
        var writablePaths: [String] {
            value("ReadWritePaths").split(separator: " ").map { String($0.drop { "-+".contains($0) }) }
        }
    }
}

extension String {
    /// Whether this path is `directory` or lies below it.
    fileprivate func isAt(_ directory: String) -> Bool {
        self == directory || hasPrefix(directory.hasSuffix("/") ? directory : directory + "/")
    }
}
