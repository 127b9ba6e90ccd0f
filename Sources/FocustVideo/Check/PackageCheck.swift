import Glibc

/// Debian's packages that read what strangers send, against the first version of each with the security fixes that are
/// known here. Debian alone brings up to date what the programs link, where security updates are let in.
struct PackageCheck {
    /// One package.
    private struct Row {
        let name: String
        let fixed: String
        /// What a lower version lets in: a problem where strangers or films reach it.
        let level: Finding.Level
        let why: String
    }

    /// By release, as VERSION_CODENAME of /etc/os-release names it.
    private static let rows = [
        "bookworm": [
            Row(
                name: "nginx-common", fixed: "1.22.1-9+deb12u11", level: .problem,
                why:
                    "CVE-2026-93479, 15176, 118899, 125283: memory is overwritten by maps, aliases and bodies"
            ),
            Row(
                name: "libavformat59", fixed: "7:5.1.9-0+deb12u1", level: .problem,
                why: "films may overwrite the converter's memory"),
            Row(
                name: "libavcodec59", fixed: "7:5.1.9-0+deb12u1", level: .problem,
                why: "films may overwrite the converter's memory"),
            Row(
                name: "libssl3", fixed: "3.0.22-1~deb12u2", level: .warning,
                why: "CVE-2026-7383, 34180, 35189 and others: faults in reading certificates and keys"),
            Row(
                name: "libcurl4", fixed: "7.88.1-10+deb12u15", level: .warning,
                why: "CVE-2025-14524, CVE-2026-3783 and others: credentials may reach other hosts"),
            Row(
                name: "libsqlite3-0", fixed: "3.40.1-2+deb12u2", level: .warning,
                why: "CVE-2025-6965: memory is overwritten by some queries"),
        ]
    ]

    func findings() -> [Finding] {
        let release = Self.release()
        guard let rows = release.flatMap({ Self.rows[$0] }) else {
            return [
                Finding(
                    .good, "packages",
                    "which versions are good on \(release ?? "this system") is not known here; let security updates in"
                )
            ]
        }
        let installed = Self.installed(rows.map(\.name))
        let findings = rows.compactMap { row in finding(row, installed[row.name]) }
        guard findings.isEmpty else { return findings }
        let versions = rows.compactMap { row in installed[row.name].map { "\(row.name) \($0)" } }
        guard !versions.isEmpty else {
            return [
                Finding(
                    .warning, "packages", "their versions could not be told",
                    advice:
                        "Make sure that nginx, FFmpeg's libraries, OpenSSL and curl have their security fixes."
                )
            ]
        }
        return [Finding(.good, "packages", versions.joined(separator: ", "))]
    }

    private func finding(_ row: Row, _ version: String?) -> Finding? {
        guard let version, !isAtLeast(version, row.fixed) else { return nil }
        return Finding(
            row.level, row.name, "\(version) lacks fixes that \(row.fixed) has (\(row.why))",
            advice: "apt-get update && apt-get install --only-upgrade \(row.name), then restart what uses it."
        )
    }

    private func isAtLeast(_ version: String, _ fixed: String) -> Bool {
        Command.run("dpkg --compare-versions \(Command.quoted(version)) ge \(Command.quoted(fixed))")?.status
            == 0
    }

    /// Versions of the packages that are installed.
    private static func installed(_ names: [String]) -> [String: String] {
        let format = "'${db:Status-Status} ${Package} ${Version}\\n'"
        let lines = Command.run("dpkg-query -W -f \(format) \(names.joined(separator: " "))")?.text ?? ""
        let words = lines.split(separator: "\n").map { $0.split(separator: " ") }
        let found = words.filter { $0.count == 3 && $0[0] == "installed" }.map { ("\($0[1])", "\($0[2])") }
        return Dictionary(found) { first, _ in first }
    }

    private static func release() -> String? {
        let line = Command.run("sed -n 's/^VERSION_CODENAME=//p' /etc/os-release")?.text.split(
            separator: "\n"
        ).first
        return line.map { String($0) }
    }
}
