/// libfcgi's version. The library does not tell it; Debian's package does.
struct FastCGILibraryCheck {
    /// The first of Debian 12 with the fix for CVE-2025-23016 (an overflow on what a FastCGI client sends); newer
    /// releases of Debian have higher versions.
    private static let fixed = "2.4.2-2+deb12u1"

    func findings() -> [Finding] {
        let query =
            "dpkg-query -W -f '${db:Status-Status} ${Version}\\n' 'libfcgi0*' | sed -n 's/^installed //p'"
        let version = Command.run(query).flatMap { $0.text.split(separator: "\n").first }
        guard let version, version.first?.isNumber == true else {
            return [
                Finding(
                    .warning, "libfcgi", "its version could not be told",
                    advice: "Make sure that it has the fix for CVE-2025-23016 (2.4.5 of its authors has).")
            ]
        }
        let comparison = "dpkg --compare-versions \(Command.quoted(String(version))) ge \(Self.fixed)"
        guard Command.run(comparison)?.status == 0 else {
            return [
                Finding(
                    .problem, "libfcgi", "\(version) lacks the fix for CVE-2025-23016",
                    advice: "apt-get install --only-upgrade libfcgi0ldbl, then restart the server.")
            ]
        }
        return [Finding(.good, "libfcgi", "\(version), with the fix for CVE-2025-23016")]
    }
}
