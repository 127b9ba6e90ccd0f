import Glibc

/// Why a data directory cannot be worked with now: a backup is being put into it, or was and not to its end.
package enum RestoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A restore is under way.
    case underWay(path: String)
    /// A restore was begun and ended before it was done; what lies there is not the whole backup.
    case unfinished(path: String)

    package var description: String {
        switch self {
        case .underWay(let path): "a backup is being put into \(path); start again when restore.sh has ended"
        case .unfinished(let path):
            "a restore into \(path) was not finished; run restore.sh again, to its end"
        }
    }
}

extension DataDirectory {
    /// The file that restore.sh makes first and removes last. The script has the name too.
    static let restoreMarker = ".restoring"

    /// Holds the directory until the process ends, beside others that do. Throws where restore.sh has it for itself, or
    /// has not finished.
    package func hold() throws(RestoreError) {
        guard openRoot.share() else { throw .underWay(path: root) }
        guard !openRoot.hasFile(Self.restoreMarker) else { throw .unfinished(path: root) }
    }
}
