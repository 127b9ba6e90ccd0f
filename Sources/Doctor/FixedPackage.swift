/// A package, and the first version of it in a release that has the security fixes known here.
struct FixedPackage {
    let name: String
    let fixed: String
    /// What a lower version is: a problem where strangers or films reach what it lacks.
    let level: Finding.Level
    let why: String
    /// What to do where an upgrade alone does not help.
    var advice: String?

    /// By release, as VERSION_CODENAME of /etc/os-release names it: Debian 12 and 13, Ubuntu 24.04. The versions are those of
    /// their security archives on 27 November 2026, the numbers from the packages' changelogs.
    static let byRelease = [
        "bookworm": [
            nginx("1.22.1-9+deb12u11"), libav("libavformat59", "7:5.1.9-0+deb12u1"),
            libav("libavcodec59", "7:5.1.9-0+deb12u1"), openssl("libssl3", "3.0.22-1~deb12u2"),
            curl("libcurl4", "7.88.1-10+deb12u15"), sqlite("3.40.1-2+deb12u2"),
        ],
        "trixie": [
            nginx("1.26.3-3+deb13u11"), libav("libavformat61", "7:7.1.5-0+deb13u1"),
            libav("libavcodec61", "7:7.1.5-0+deb13u1"), openssl("libssl3t64", "3.5.7-1~deb13u3"),
            curl("libcurl4t64", "8.14.1-2+deb13u7"), sqlite("3.46.1-7"),
        ],
        "noble": [
            nginx("1.24.0-2ubuntu7.21"), libavOfPro("libavformat60"), libavOfPro("libavcodec60"),
            openssl("libssl3t64", "3.0.13-0ubuntu3.16"), curl("libcurl4t64", "8.5.0-2ubuntu10.16"),
            sqlite("3.45.1-1ubuntu2.4"),
        ],
    ]

    private static func nginx(_ fixed: String) -> FixedPackage {
        FixedPackage(
            name: "nginx-common", fixed: fixed, level: .problem,
            why:
                "CVE-2026-42533, 93479, 15176, 118899, 125283: memory is overwritten by maps, aliases and bodies"
        )
    }

    private static func libav(_ name: String, _ fixed: String) -> FixedPackage {
        FixedPackage(
            name: name, fixed: fixed, level: .problem, why: "films may overwrite the converter's memory")
    }

    /// Ubuntu's FFmpeg is of its part `universe`, which gets security fixes in Ubuntu Pro alone.
    private static func libavOfPro(_ name: String) -> FixedPackage {
        FixedPackage(
            name: name, fixed: "7:6.1.1-3ubuntu5+esm1", level: .warning,
            why: "films may overwrite the converter's memory",
            advice:
                "Ubuntu brings FFmpeg's security fixes to Ubuntu Pro alone (pro attach)."
        )
    }

    private static func openssl(_ name: String, _ fixed: String) -> FixedPackage {
        FixedPackage(
            name: name, fixed: fixed, level: .warning,
            why: "CVE-2026-7383, 34180, 35189 and others: faults in reading certificates and keys")
    }

    private static func curl(_ name: String, _ fixed: String) -> FixedPackage {
        FixedPackage(
            name: name, fixed: fixed, level: .warning,
            why: "CVE-2025-14524, CVE-2026-3783 and others: credentials may reach other hosts")
    }

    private static func sqlite(_ fixed: String) -> FixedPackage {
        FixedPackage(
            name: "libsqlite3-0", fixed: fixed, level: .warning,
            why: "CVE-2025-6965: memory is overwritten by some queries")
    }
}
