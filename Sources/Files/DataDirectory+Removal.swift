import Domain
import Glibc

extension DataDirectory {
    /// Removes a lesson: its HLS files and key, and its original (`original` names it in the flat layout, where
    /// a user's files share a directory), and every older version that is kept for its viewers. That nothing is there is
    /// fine. Uploads are their tasks': one may have come in meanwhile, and been acknowledged.
    ///
    /// The lesson vanishes at once and for good by a rename into the trash; emptying that may take longer, may even be
    /// interrupted, and is then done by the next start.
    package func removeLesson(at location: LessonLocation, original: Filename? = nil) throws(FileError) {
        try refuseToHideLessons(at: location)
        try discardLesson(at: location)
        try removeEntries(of: location)
        switch location {
        case .lesson: try discard(StoredFile.originals(of: location))
        case .flat: if let original { try discard(originalPath(of: location, original)) }
        }
    }

    func newTrashPath() -> String {
        absolutePath("\(Self.trashFolder)/\(String(UInt64.random(in: .min ... .max), radix: 36))")
    }

    /// Removes a file or tree by way of the trash.
    func discard(_ relative: String) throws(FileError) {
        let path = absolutePath(relative)
        try checkParents(of: path)
        let trash = newTrashPath()
        do throws(FileError) {
            try FileSystem.move(path, to: trash)
        } catch {
            guard [ENOENT, ENOTDIR].contains(error.code.rawValue) else { throw error }
            return
        }
        // Before anybody is told that it is gone: after a crash it must not be back.
        try FileSystem.sync(Self.parent(of: path))
        try FileSystem.removeTree(trash)
    }
}
