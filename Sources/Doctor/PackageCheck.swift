import Glibc

/// The packages that read what strangers send, against the first version of each with the security fixes that are known here
/// (`FixedPackage`). The distribution alone brings up to date what the programs link, where security updates are let in.
struct PackageCheck {
    func findings() -> [Finding] {
        let release = Self.release()
        guard let rows = release.flatMap({ FixedPackage.byRelease[$0] }) else {
            return [
                Finding(
                    .good, "packages",
                    "\(release ?? "this system") is a release that is not known here: versions are not judged; let security updates in"
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

    private func finding(_ row: FixedPackage, _ version: String?) -> Finding? {
        guard let version, !isAtLeast(version, row.fixed) else { return nil }
        return Finding(
            row.level, row.name, "\(version) lacks fixes that \(row.fixed) has (\(row.why))",
            advice: row.advice
                ?? "apt-get update && apt-get install --only-upgrade \(row.name), then restart what uses it."
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
