import System

/// Whether the kernel shuts converters in, as the security of uploads counts on.
struct ConfinementCheck {
    func findings() -> [Finding] {
        let missing = [
            ("Landlock", Confinement.isSupported),
            ("a filter of system calls (seccomp)", SystemCallFilter.isSupported),
        ].filter { !$0.1 }.map(\.0)
        guard !missing.isEmpty else {
            return [Finding(.good, "converters", "are shut in by Landlock and a filter of system calls")]
        }
        return missing.map { name in
            Finding(
                .warning, "converters",
                "this kernel or container has not \(name): a hostile film may do more",
                advice: "Linux 5.13 or newer, and a container that does not forbid it.")
        }
    }
}
