import CLinux
import Glibc

/// What a thread, and whatever it starts from then on, may still reach of the file system and the network: the few
/// paths it names (Landlock, linux/landlock.h). There is no way back.
package struct Confinement {
    /// One path and what is allowed at it, and beneath it where it is a directory.
    package struct Opening: Sendable {
        let path: String
        let access: UInt64

        /// Files may be read and directories listed.
        package static func reading(_ path: String) -> Opening {
            Opening(path: path, access: Access.readFile | Access.readDirectory)
        }

        /// May be read, and programs and libraries in it may be executed.
        package static func executing(_ path: String) -> Opening {
            Opening(path: path, access: Access.readFile | Access.readDirectory | Access.execute)
        }

        /// Files may be made, written, read and removed in this directory.
        package static func writing(_ path: String) -> Opening {
            Opening(path: path, access: Access.working)
        }

        /// This one file may be written.
        package static func writingFile(_ path: String) -> Opening {
            Opening(path: path, access: Access.readFile | Access.writeFile | Access.truncate)
        }
    }

    /// Whether the kernel enforced it. Where it has no Landlock (before 5.13, or switched off) nothing is confined.
    package enum Outcome: Sendable, Equatable {
        /// By this version of the interface: below 3 truncating is not covered, below 4 TCP is not, below 6 signals
        /// and abstract sockets are not.
        case enforced(version: Int32)
        case unsupported
    }

    /// The access rights of linux/landlock.h, LANDLOCK_ACCESS_FS_….
    private enum Access {
        static let execute: UInt64 = 1 << 0
        static let writeFile: UInt64 = 1 << 1
        static let readFile: UInt64 = 1 << 2
        static let readDirectory: UInt64 = 1 << 3
        static let removeFile: UInt64 = 1 << 5
        static let makeRegular: UInt64 = 1 << 8
        /// Since version 3.
        static let truncate: UInt64 = 1 << 14
        static let working = readFile | writeFile | readDirectory | removeFile | makeRegular | truncate

        /// All that this version knows, up to version 5; what is not allowed again is forbidden.
        static func all(_ version: Int32) -> UInt64 {
            switch version {
            case 1: 1 << 13 - 1
            case 2: 1 << 14 - 1
            case 3, 4: 1 << 15 - 1
            default: 1 << 16 - 1
            }
        }

        /// What makes sense for something that is no directory; the kernel refuses a rule with more.
        static let file = execute | writeFile | readFile | truncate
    }

    /// The kernel's version of Landlock; negative where it has none.
    static var version: Int32 { focust_landlock_version() }

    /// Whether `enforce` confines here.
    package static var isSupported: Bool { version > 0 }

    /// Confines the calling thread to `openings`. A path that does not exist opens nothing.
    package static func enforce(_ openings: [Opening]) throws(SystemError) -> Outcome {
        let version = version
        guard isSupported else { return .unsupported }
        guard focust_no_new_privileges() == 0 else { throw .last("prctl") }
        let handled = Access.all(version)
        let ruleset = try make(version, handled)
        defer { close(ruleset) }
        for opening in openings { try allow(opening, in: ruleset, handled) }
        guard focust_landlock_enforce(ruleset) == 0 else { throw .last("landlock_restrict_self") }
        return .enforced(version: version)
    }

    /// Since version 4 binding and connecting TCP sockets (both bits, none allowed again), since version 6 abstract unix
    /// sockets and signals to processes outside; an older kernel takes the shorter struct.
    private static func make(_ version: Int32, _ handled: UInt64) throws(SystemError) -> Int32 {
        let rules = focust_landlock_ruleset(
            files: handled, network: version >= 4 ? 3 : 0, scopes: version >= 6 ? 3 : 0)
        let fields = version >= 6 ? 3 : version >= 4 ? 2 : 1
        let ruleset = focust_landlock_create(rules, fields * MemoryLayout<UInt64>.size)
        guard ruleset >= 0 else { throw .last("landlock_create_ruleset") }
        return ruleset
    }

    private static func allow(
        _ opening: Opening, in ruleset: Int32, _ handled: UInt64
    ) throws(SystemError) {
        let descriptor = open(opening.path, focust_o_path | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("fstat", opening.path) }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        let access = opening.access & handled & (isDirectory ? .max : Access.file)
        let rule = focust_landlock_beneath(access: access, directory: descriptor)
        guard focust_landlock_allow(ruleset, rule) == 0 else {
            throw .last("landlock_add_rule", opening.path)
        }
    }
}
