import CLinux
import Domain
import Glibc

/// One lesson in another's place, also where the file system cannot exchange two names (FUSE, NFS, ZFS before 2.2) or
/// move a directory at all (overlayfs, one of a lower layer).
extension DataDirectory {
    /// Where a lesson lies while another takes its place, at the path that it had in `hls`: empty but for that moment, and
    /// after a crash in it.
    static let asideFolder = "\(StoredFile.lessons)/.aside"

    /// How often, and how many microseconds apart, a reader looks again for a lesson that is set aside.
    private static var asideTries: Int { 100 }
    private static var asidePause: UInt32 { 2000 }

    /// What a file system answers that has no RENAME_EXCHANGE (renameat2(2)), or none for this directory.
    private static let cannotExchange = [EINVAL, ENOSYS, EOPNOTSUPP, EXDEV]

    /// Whether the file system below `directory` exchanges two names. Tries it with two files of its own; nil where it
    /// cannot make them.
    package static func canExchange(in directory: String) -> Bool? {
        let names = ["a", "b"].map { "\(directory)/.exchange-\(getpid())-\($0)" }
        defer { for name in names { unlink(name) } }
        for name in names {
            let descriptor = Glibc.open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { return nil }
            close(descriptor)
        }
        if focust_exchange(names[0], names[1]) == 0 { return true }
        return cannotExchange.contains(errno) ? false : nil
    }

    /// As above, where lessons lie.
    package var canExchange: Bool? { Self.canExchange(in: absolutePath("hls")) }

    /// Puts the lesson in the directory `source` where one lies, and that one where `source` was; false, and nothing
    /// done, where none does.
    func exchange(_ source: String, at location: LessonLocation) throws(FileError) -> Bool {
        let destination = hlsPath(location)
        if focust_exchange(source, destination) == 0 { return true }
        if errno == ENOENT { return false }
        guard Self.cannotExchange.contains(errno) else { throw .last("renameat2", destination) }
        return try replaceAside(source, at: location)
    }

    /// As `exchange`, in three steps.
    func replaceAside(_ source: String, at location: LessonLocation) throws(FileError) -> Bool {
        let destination = hlsPath(location)
        let lock = try asideLock()
        defer { close(lock) }
        guard FileSystem.exists(destination) else { return false }
        let aside = asidePath(location)
        try settle(aside, destination)
        try makeParents(of: aside)
        do {
            try FileSystem.move(destination, to: aside)
            try FileSystem.rename(source, destination)
        } catch {
            try bringBack(aside, to: destination)
            throw error
        }
        // From here on the new one is found, and the old one is only swept.
        try FileSystem.sync(Self.parent(of: destination))
        try FileSystem.move(aside, to: source)
        forgetParents(of: aside)
        return true
    }

    /// Removes the lesson at `location`, and what a crash left of it aside, so that no start brings it back.
    func discardLesson(at location: LessonLocation) throws(FileError) {
        let lock = try asideLock()
        defer { close(lock) }
        try discard(StoredFile.lesson(location))
        try discard("\(Self.asideFolder)/\(location)")
    }

    private func asidePath(_ location: LessonLocation) -> String {
        absolutePath("\(Self.asideFolder)/\(location)")
    }

    /// Whether a lesson is set aside at this moment; waits a little while it is. Call it where none was found, and look
    /// again if it says so.
    func waitWhileAside(_ location: LessonLocation) -> Bool {
        let aside = asidePath(location)
        guard FileSystem.exists(aside) else { return false }
        for _ in 1...Self.asideTries where FileSystem.exists(aside) { usleep(Self.asidePause) }
        return true
    }

    /// Puts lessons back that a process set aside and died; answers their paths. One that was replaced before the process
    /// died is removed.
    func restoreAside() throws(FileError) -> [String] {
        let lock = try asideLock()
        defer { close(lock) }
        let lessons = try lessonsAside(below: "")
        for lesson in lessons {
            let aside = absolutePath(Self.asideFolder + lesson)
            try settle(aside, absolutePath(StoredFile.lessons + lesson))
            forgetParents(of: aside)
        }
        return lessons.map { Self.asideFolder + $0 }
    }

    /// Ends what a crash left half done: a lesson that was replaced goes, one that was not comes back.
    private func settle(_ aside: String, _ destination: String) throws(FileError) {
        guard FileSystem.exists(aside) else { return }
        if FileSystem.exists("\(destination)/\(LessonFile.playlist)") {
            try FileSystem.removeTree(aside)
        } else {
            try makeParents(of: destination)
            try bringBack(aside, to: destination)
        }
    }

    /// Removes the directories above `aside` that are empty: a reader takes one for a lesson in the flat layout.
    private func forgetParents(of aside: String) {
        var parent = Self.parent(of: aside)
        let top = absolutePath(Self.asideFolder)
        while parent != top, rmdir(parent) == 0 { parent = Self.parent(of: parent) }
    }

    /// What was moved by pieces may lie in both places; the playlist, without which no lesson is seen, comes last.
    private func bringBack(_ aside: String, to destination: String) throws(FileError) {
        if FileSystem.exists(aside) { try FileSystem.move(aside, to: destination, playlistLast: true) }
        forgetParents(of: aside)
        try FileSystem.sync(Self.parent(of: destination))
    }

    /// One at a time: as long as this is held, what lies aside is being worked on.
    private func asideLock() throws(FileError) -> Int32 {
        try ExclusiveLock.waiting(for: absolutePath("\(StoredFile.state)/aside.lock"))
    }

    /// Paths of directories with files in them; those above have directories alone.
    private func lessonsAside(below path: String) throws(FileError) -> [String] {
        let directory = absolutePath(Self.asideFolder + path)
        let names = try FileSystem.names(in: directory)
        let folders = try FileSystem.directories(in: directory).filter { !$0.hasPrefix(".") }
        guard names.count == folders.count else { return [path] }
        var lessons: [String] = []
        for folder in folders { lessons += try lessonsAside(below: "\(path)/\(folder)") }
        return lessons
    }
}

extension FileSystem {
    /// Moves a file or a directory. A directory that cannot be moved as a whole (EXDEV) is moved by pieces, its playlist
    /// first, so that no reader finds a lesson that is half gone; or last.
    static func move(_ from: String, to destination: String, playlistLast: Bool = false) throws(FileError) {
        if Glibc.rename(from, destination) == 0 { return }
        let cause = FileError.last("rename", destination)
        guard [EXDEV, ENOTEMPTY, EEXIST].contains(cause.code.rawValue), try kind(of: from) == S_IFDIR else {
            throw cause
        }
        var status = stat()
        guard stat(from, &status) == 0 else { throw .last("stat", from) }
        try makeDirectory(destination, mode: status.st_mode & 0o7777)
        let names = try names(in: from)
        let isPlaylist = { (name: String) in name == LessonFile.playlist }
        let others = names.filter { !isPlaylist($0) }
        let ordered = playlistLast ? others + names.filter(isPlaylist) : names.filter(isPlaylist) + others
        for name in ordered {
            try move("\(from)/\(name)", to: "\(destination)/\(name)", playlistLast: playlistLast)
        }
        guard rmdir(from) == 0 else { throw .last("rmdir", from) }
    }
}
