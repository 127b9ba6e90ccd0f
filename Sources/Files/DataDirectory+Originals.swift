import Domain
import Glibc

extension DataDirectory {
    /// Makes an upload the lesson's one original, readable by nginx. The upload stays where it is until its task is
    /// finished: a crash in between repeats this, and needs it.
    package func keepOriginal(
        _ upload: String, of location: LessonLocation, as filename: Filename
    ) throws(FileError) {
        let destination = originalPath(of: location, filename)
        let directory = Self.parent(of: destination)
        try makeParents(of: destination)
        let link = "\(directory)/.new-\(getpid())"
        try FileSystem.remove(link)
        guard Glibc.link(absolutePath(upload), link) == 0 else { throw .last("link", link) }
        try FileSystem.rename(link, destination)
        if case .lesson = location { try removeOthers(than: filename.value, in: directory) }
        try FileSystem.sync(directory)
    }

    private func originalPath(of location: LessonLocation, _ filename: Filename) -> String {
        switch location {
        case .lesson(let path): "\(root)/originals/\(path)/\(filename)"
        // The flat layout keeps all files of a user in one directory.
        case .flat(let user, _): "\(root)/originals/\(user)/\(filename)"
        }
    }

    private func removeOthers(than name: String, in directory: String) throws(FileError) {
        for other in try FileSystem.names(in: directory) where other != name {
            try FileSystem.remove("\(directory)/\(other)")
        }
    }

    /// Removes directories from `path` upwards as long as they are empty; one that is not ends it.
    func removeEmptyParents(of path: String, upTo top: String) {
        var directory = Self.parent(of: path)
        while directory.count > top.count, rmdir(directory) == 0 { directory = Self.parent(of: directory) }
    }
}
