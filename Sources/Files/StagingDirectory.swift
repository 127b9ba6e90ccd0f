import Domain
import Glibc

/// The directory in which one attempt at a conversion works. It deletes itself unless it is published.
package struct StagingDirectory: ~Copyable {
    /// Absolute; the converter writes its files here.
    package let path: String
    let tree: DataDirectory
    private let descriptor: Int32

    /// The name is the task's with a random end. A worker that lost its lease may go on writing for a
    /// while; it must not write, with another key, among the files of the attempt that follows.
    init(_ tree: DataDirectory, task: TaskID) throws(FileError) {
        self.tree = tree
        (path, descriptor) = try ExclusiveLock.make(
            in: tree.absolutePath(DataDirectory.stagingFolder), prefix: "\(task)."
        ) { (path) throws(FileError) in
            try FileSystem.makeDirectory(path, mode: DataDirectory.privateMode)
            return try FileSystem.open(path, O_RDONLY | O_DIRECTORY)
        }
    }

    deinit {
        // A leftover is swept at the next start.
        try? FileSystem.removeTree(path)
        close(descriptor)
    }

    /// Writes the lesson's key, for this program's eyes only.
    package borrowing func writeKey(_ bytes: [UInt8]) throws(FileError) {
        try write(bytes, as: LessonFile.key)
    }

    /// Writes what is known of the lesson's renditions, for this program's eyes only.
    package borrowing func writeFacts(_ bytes: [UInt8]) throws(FileError) {
        try write(bytes, as: LessonFile.facts)
    }

    /// Writes a small file, for this program's eyes only until `sync`.
    borrowing func write(_ bytes: [UInt8], as name: String) throws(FileError) {
        let path = "\(path)/\(name)"
        let descriptor = try FileSystem.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        defer { close(descriptor) }
        try FileSystem.write(bytes.span, to: descriptor, path: path)
    }

    /// Whether a file is for this program's eyes only.
    private static func isPrivate(_ name: String) -> Bool {
        RenditionName(key: name) != nil || name == LessonFile.facts
    }

    /// Puts everything that was written on disk, readable by nginx but for keys and facts. A crash after
    /// publishing must not leave a lesson with holes, and publishing itself must be quick.
    ///
    /// `linkingBy` gives a file its second name, in the directory of that name; needed for files of other users' alone.
    package borrowing func sync(
        linkingBy link: ((_ name: String, _ directory: String) throws(FileError) -> Void)? = nil
    ) throws(FileError) {
        let names = try FileSystem.names(in: path)
        // All at once, before the first is waited for: the disk then has a queue to put in order.
        for name in names { FileSystem.startWriteback("\(path)/\(name)") }
        for name in names {
            let file = "\(path)/\(name)"
            if !Self.isPrivate(name) { try FileSystem.makeReadable(file, mode: tree.sharedFileMode) }
            try FileSystem.sync(file)
        }
        // Key and playlists are read through the open directory, which is one version anyway.
        let sent = names.filter { !Self.isPrivate($0) && !$0.hasSuffix(".m3u8") }
        try LessonVersion.make(in: path, of: sent, mode: tree.sharedMode, linkingBy: link)
        guard chmod(path, tree.sharedMode) == 0 else { throw .last("chmod", path) }
        try FileSystem.sync(path)
    }

    /// Makes the directory the lesson at `location`, in one step where the file system can: a reader finds the old one
    /// whole or the new one.
    ///
    /// Call `sync` before, and `keepReplaced` where the old one may be watched. Afterwards `path` holds the old lesson,
    /// if there was one, and goes with this value.
    package borrowing func publish(as location: LessonLocation) throws(FileError) {
        let destination = tree.hlsPath(location)
        try tree.refuseToHideLessons(at: location)
        try tree.checkParents(of: destination)
        guard try tree.exchange(path, at: location) else { return try tree.rename(path, to: destination) }
        try FileSystem.sync(DataDirectory.parent(of: destination))
    }

    /// As `publish`, but false where a lesson is there, which stays: rename(2) replaces an empty directory and no other.
    borrowing func publishNew(as location: LessonLocation) throws(FileError) -> Bool {
        let destination = tree.hlsPath(location)
        try tree.checkParents(of: destination)
        do throws(FileError) {
            try tree.rename(path, to: destination)
            return true
        } catch {
            guard [ENOTEMPTY, EEXIST].contains(error.code.rawValue) else { throw error }
            return false
        }
    }
}

extension DataDirectory {
    /// An empty directory for the conversion of `task`.
    package func makeStagingDirectory(task: TaskID) throws(FileError) -> StagingDirectory {
        try StagingDirectory(self, task: task)
    }

    /// In the flat layout a video's directory may bear a trainer's and a course's ids, and then lessons lie
    /// below it: swapped or removed with it they would be lost. Throws ENOTEMPTY where that is so.
    package func refuseToHideLessons(at location: LessonLocation) throws(FileError) {
        guard case .flat = location else { return }
        let directory = hlsPath(location)
        for name in try FileSystem.names(in: directory) where !name.hasPrefix(".") {
            guard try FileSystem.kind(of: "\(directory)/\(name)") == S_IFDIR else { continue }
            throw FileError(code: ENOTEMPTY, operation: "replace", path: directory)
        }
    }
}
