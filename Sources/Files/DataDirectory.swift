import Domain
import Glibc

/// The tree below `FOCUST_DATA_DIR`: what lies where, and who may read it.
///
/// Directories whose names begin with a dot are this program's own; no id begins with one, so that nothing
/// a client names can meet them. All of them lie on the file system of what they become: publishing is a
/// rename.
package struct DataDirectory: Sendable {
    /// nginx, another user of our group or of none, reads lessons, originals and presentations. A directory's mode.
    static let openMode: mode_t = 0o755
    /// Nobody but this program reads the job table, or what is not accepted yet.
    static let privateMode: mode_t = 0o700

    /// Where conversions work.
    static let stagingFolder = "\(StoredFile.lessons)/.staging"
    /// Where uploads come in.
    static let uploadStagingFolder = "\(StoredFile.uploads)/.staging"
    /// Where what is removed lies until it is gone.
    static let trashFolder = "\(StoredFile.lessons)/.trash"

    /// Absolute, without a slash at its end.
    package let root: String
    /// The mode of directories that nginx reads. The root says who else may: closed to others, everything below is, so
    /// that it stays closed wherever it is moved or restored to.
    let sharedMode: mode_t
    let openRoot: OpenDirectory

    /// The tree at `root`, with the directories that are missing made.
    package init(creatingAt root: String) throws(FileError) {
        self.root = root
        var status = stat()
        // The sysadmin's own path may be a link to another disk; what lies below it may not.
        if stat(root, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR {
            try FileSystem.makeDirectory(root, mode: Self.openMode)
            guard stat(root, &status) == 0 else { throw .last("stat", root) }
        }
        sharedMode = Self.openMode & (status.st_mode | 0o750)
        for name in StoredFile.served + [
            StoredFile.uploads, StoredFile.coursePresentations, StoredFile.modulePresentations,
        ] {
            try FileSystem.makeDirectory("\(root)/\(name)", mode: sharedMode)
        }
        for name in [
            StoredFile.state, Self.uploadStagingFolder, Self.resumableFolder, Self.stagingFolder,
            Self.trashFolder, Self.asideFolder, Self.retiredFolder, Self.renditionsFolder,
        ] {
            try FileSystem.makeDirectory("\(root)/\(name)", mode: Self.privateMode)
        }
        // Restored from a backup or made by hand, the directory of the job table may be open to others.
        guard chmod("\(root)/\(StoredFile.state)", Self.privateMode) == 0 else {
            throw .last("chmod", StoredFile.state)
        }
        openRoot = try OpenDirectory(root)
    }

    /// The mode of files that nginx reads.
    var sharedFileMode: mode_t { sharedMode & 0o644 }

    /// The file that is touched when a job was queued.
    package var conversionWakePath: String { "\(root)/\(StoredFile.state)/wake" }

    /// The file that is touched when a callback waits to be sent.
    package var callbackWakePath: String { "\(root)/\(StoredFile.state)/wake-callbacks" }

    /// The job table's file.
    package var databasePath: String { "\(root)/\(StoredFile.state)/focust.db" }

    /// An absolute path for one relative to the root, as the job table keeps it.
    package func absolutePath(_ relative: String) -> String { "\(root)/\(relative)" }

    /// Bytes that a program without privileges may still write (statvfs(3): f_bavail).
    package func freeBytes() throws(FileError) -> Int {
        var status = statvfs()
        guard statvfs(root, &status) == 0 else { throw .last("statvfs", root) }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// Whether a file can be made and written now where uploads come in, and where conversions work.
    package func isWritable() -> Bool {
        [Self.uploadStagingFolder, Self.stagingFolder].allSatisfy { directory in
            // What went wrong is for the log of the request that met it; a probe only asks whether.
            guard var file = try? StagingFile(in: "\(root)/\(directory)") else { return false }
            return (try? file.write([UInt8(0)].span)) != nil
        }
    }

    func hlsPath(_ location: LessonLocation) -> String { absolutePath(StoredFile.lesson(location)) }

    static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
