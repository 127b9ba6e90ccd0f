import Domain
import Glibc

/// The directory in which the renditions of one version of a lesson are made: `hls/.renditions/<task>`. It outlives the
/// process, so that a task that is taken up again finds what is finished.
///
/// Only one process works in it at a time: it is locked as long as this value lives. Its keys lie beside the directory
/// that the converter may write, so that no film that took the converter over changes them.
package struct RenditionWork: ~Copyable {
    /// Names the version and the lesson: the target of a link that leads nowhere.
    private static let subject = ".for"
    private static let filesFolder = "files"

    let tree: DataDirectory
    let path: String
    package let location: LessonLocation
    package let version: String
    private let descriptor: Int32

    /// Nil where another process, or a thread that has not noticed its end, works in it.
    init?(
        _ tree: DataDirectory, task: TaskID, location: LessonLocation, version: String
    ) throws(FileError) {
        let path = tree.renditionWorkPath(task)
        guard let descriptor = try Self.lock(path) else { return nil }
        do throws(FileError) {
            try Self.begin(path, "\(version)/\(location)")
        } catch {
            close(descriptor)
            throw error
        }
        self.tree = tree
        self.path = path
        self.location = location
        self.version = version
        self.descriptor = descriptor
    }

    /// Makes what is missing, and removes what belongs to a version that was replaced.
    private static func begin(_ path: String, _ subject: String) throws(FileError) {
        if FileSystem.target(ofLink: "\(path)/\(Self.subject)") != subject {
            for name in try FileSystem.names(in: path) { try FileSystem.removeTree("\(path)/\(name)") }
            guard symlink(subject, "\(path)/\(Self.subject)") == 0 else { throw .last("symlink", path) }
        }
        try FileSystem.makeDirectory("\(path)/\(filesFolder)", mode: DataDirectory.privateMode)
        try FileSystem.sync(path)
    }

    /// One that is there already; nil where another process works in it, or it names no lesson.
    init?(existing task: TaskID, in tree: DataDirectory) throws(FileError) {
        let path = tree.renditionWorkPath(task)
        guard try FileSystem.kind(of: path) == S_IFDIR, let descriptor = try Self.lock(path) else {
            return nil
        }
        let subject = FileSystem.target(ofLink: "\(path)/\(Self.subject)") ?? ""
        let parts = subject.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let location = LessonLocation(parts[1]) else {
            close(descriptor)
            return nil
        }
        self.tree = tree
        self.path = path
        self.location = location
        self.version = String(parts[0])
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func lock(_ path: String) throws(FileError) -> Int32? {
        for _ in 1...10 {
            try FileSystem.makeDirectory(path, mode: DataDirectory.privateMode)
            let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else {
                guard errno == ENOENT else { throw .last("open", path) }
                continue
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                return nil
            }
            // A sweep may have removed it between its opening and its lock.
            var status = stat()
            if fstat(descriptor, &status) == 0, status.st_nlink > 0 { return descriptor }
            close(descriptor)
        }
        return nil
    }

    // MARK: What is in it

    /// Absolute; the converter writes its files here.
    package var filesPath: String { "\(path)/\(Self.filesFolder)" }

    /// The key of a rendition that an earlier attempt began; nil where there is none.
    package borrowing func key(of rendition: RenditionName) throws(FileError) -> [UInt8]? {
        let file = "\(path)/\(rendition.key)"
        let descriptor = Glibc.open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .last("open", file) }
            return nil
        }
        defer { close(descriptor) }
        return try FileSystem.readAll(descriptor, limit: 1 << 10, path: file)
    }

    /// Keeps keys, for good, before anything is encrypted with them.
    package borrowing func writeKeys(_ keys: [RenditionName: [UInt8]]) throws(FileError) {
        for (rendition, bytes) in keys {
            let file = "\(path)/\(rendition.key)"
            try FileSystem.remove(file)
            let descriptor = try FileSystem.open(file, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            defer { close(descriptor) }
            try FileSystem.write(bytes.span, to: descriptor, path: file)
            guard fsync(descriptor) == 0 else { throw .last("fsync", file) }
        }
        try FileSystem.sync(path)
    }

    /// The names of the converter's files; nil where something is no regular file with one name.
    package borrowing func fileNames() throws(FileError) -> Set<String>? {
        try FileSystem.plainFiles(in: filesPath)
    }

    /// The bytes of a playlist that the converter wrote.
    package borrowing func readPlaylist(of rendition: RenditionName) throws(FileError) -> [UInt8] {
        try FileSystem.readPlaylist("\(filesPath)/\(rendition.playlist)")
    }

    /// Puts this process's own playlist in the place of the converter's.
    package borrowing func replacePlaylist(of rendition: RenditionName, with bytes: [UInt8]) throws(FileError)
    {
        try FileSystem.replace("\(filesPath)/\(rendition.playlist)", with: bytes)
    }

    /// The size of one of the converter's files.
    package borrowing func size(of name: String) throws(FileError) -> ByteCount {
        var status = stat()
        guard lstat("\(filesPath)/\(name)", &status) == 0 else { throw .last("lstat", name) }
        return ByteCount(Int(status.st_size))
    }

    /// Removes a file of the converter's that is not to be published.
    package borrowing func removeFile(_ name: String) throws(FileError) {
        try FileSystem.remove("\(filesPath)/\(name)")
    }

    /// Removes all of it: its task is over. What it had begun to put into the lesson goes with it.
    package borrowing func remove() throws(FileError) {
        try withdraw()
        try FileSystem.removeTree(path)
    }
}

extension DataDirectory {
    static let renditionsFolder = "\(StoredFile.lessons)/.renditions"

    func renditionWorkPath(_ task: TaskID) -> String { absolutePath("\(Self.renditionsFolder)/\(task)") }

    /// Where `task` makes the renditions of this version of a lesson, as an earlier attempt left it; nil where another
    /// process works there.
    package func openRenditionWork(
        of task: TaskID, at location: LessonLocation, version: String
    ) throws(FileError) -> RenditionWork? {
        guard let work = try RenditionWork(self, task: task, location: location, version: version) else {
            return nil
        }
        try work.withdraw()
        return work
    }

    /// The tasks that have such a directory.
    package func renditionWorks() throws(FileError) -> [TaskID] {
        try FileSystem.names(in: absolutePath(Self.renditionsFolder)).compactMap { TaskID($0) }
    }

    /// Removes the directory of a task that is over; false where a process works in it.
    package func removeRenditionWork(of task: TaskID) throws(FileError) -> Bool {
        if let work = try RenditionWork(existing: task, in: self) {
            try work.remove()
            return true
        }
        let path = renditionWorkPath(task)
        // One that names no lesson died before it began anything.
        return try ExclusiveLock.ifAbandoned(path) { () throws(FileError) in try FileSystem.removeTree(path) }
    }

    /// Takes out of their lessons what dead processes had begun to add; answers the paths of their directories, which
    /// stay for the next attempt.
    func withdrawAbandonedWorks() throws(FileError) -> [String] {
        var withdrawn: [String] = []
        for task in try renditionWorks() {
            guard let work = try RenditionWork(existing: task, in: self) else { continue }
            if try work.withdraw() { withdrawn.append("\(Self.renditionsFolder)/\(task)") }
        }
        return withdrawn
    }
}
