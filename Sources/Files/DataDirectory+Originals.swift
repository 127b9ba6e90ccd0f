import Domain
import Glibc

extension DataDirectory {
    /// Makes an upload the lesson's one original, readable by nginx. The upload stays where it is until its
    /// task is finished: a crash in between repeats this, and needs it.
    package func keepOriginal(
        _ upload: String, of location: LessonLocation, as filename: Filename
    ) throws(FileError) {
        let destination = absolutePath(originalPath(of: location, filename))
        let directory = Self.parent(of: destination)
        try makeParents(of: destination)
        try checkParents(of: absolutePath(upload))
        // Named after the upload, which is named after its task: nobody else makes this link, and what a
        // crashed attempt left of it is replaced here.
        let link = "\(directory)/.new-\(upload.split(separator: "/").last ?? "")"
        try FileSystem.remove(link)
        guard Glibc.link(absolutePath(upload), link) == 0 else { throw .last("link", link) }
        try FileSystem.rename(link, destination)
        // Where both were links to one file, from a repeated attempt, rename(2) does nothing and leaves both.
        try FileSystem.remove(link)
        if case .lesson = location { try removeOthers(than: filename.value, in: directory) }
        try FileSystem.sync(directory)
    }

    /// Makes a new upload the lesson's original at once where no conversion of it has succeeded yet, so that its owner
    /// gets it back whatever becomes of the conversion. An original that belongs to a lesson stays.
    package func keepFirstOriginal(
        _ upload: String, of location: LessonLocation, as filename: Filename
    ) throws(FileError) {
        if hasLesson(at: location), try hasOriginal(of: location, filename) { return }
        try keepOriginal(upload, of: location, as: filename)
    }

    /// Takes back the original that an upload was made, where the upload itself is not kept, and puts the one before it in
    /// its place: that of `earlier`, an upload that waits or can be tried again. Call it with `JobQueue.withLatest`.
    package func takeBackOriginal(
        ofUpload upload: String, at location: LessonLocation, for earlier: (path: String, filename: Filename)?
    ) throws(FileError) {
        try dropOriginal(ofUpload: upload, at: location)
        guard let earlier, try size(of: earlier.path) != nil, try !hasOriginal(of: location, earlier.filename)
        else { return }
        try keepOriginal(earlier.path, of: location, as: earlier.filename)
    }

    /// Removes the original that is the same file as an upload.
    package func dropOriginal(ofUpload upload: String, at location: LessonLocation) throws(FileError) {
        guard let number = try FileSystem.fileNumber(of: absolutePath(upload)) else { return }
        let directory = absolutePath(StoredFile.originals(of: location))
        try checkParents(of: "\(directory)/-")
        for name in try FileSystem.names(in: directory) {
            let path = "\(directory)/\(name)"
            if try FileSystem.fileNumber(of: path) == number { try FileSystem.remove(path) }
        }
    }

    /// In the flat layout the directory is its user's, and only this file's name counts.
    private func hasOriginal(of location: LessonLocation, _ filename: Filename) throws(FileError) -> Bool {
        switch location {
        case .lesson: try !FileSystem.names(in: absolutePath(StoredFile.originals(of: location))).isEmpty
        case .flat: try size(of: originalPath(of: location, filename)) != nil
        }
    }

    /// Where the original lies, relative to the root; whether it does is not asked.
    package func originalPath(of location: LessonLocation, _ filename: Filename) -> String {
        StoredFile.original(filename, of: location)
    }

    /// The name of a lesson's one original; nil where there is none.
    package func originalName(of lesson: LessonPath) throws(FileError) -> Filename? {
        let directory = absolutePath(StoredFile.originals(of: .lesson(lesson)))
        try checkParents(of: "\(directory)/-")
        // What begins with a dot is on its way, and is no Filename.
        return try FileSystem.names(in: directory).sorted().compactMap { Filename($0) }.first
    }

    /// The names of a lesson's originals; in the flat layout those of all its user's.
    package func originals(of location: LessonLocation) throws(FileError) -> [Filename] {
        try FileSystem.names(in: absolutePath(StoredFile.originals(of: location)))
            .filter { !$0.hasPrefix(".") }.compactMap { Filename($0) }
    }

    /// The size of a regular file below the root; nil where there is none. Links are not followed.
    package func size(of relative: String) throws(FileError) -> ByteCount? {
        let path = absolutePath(relative)
        try checkParents(of: path)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("lstat", path) }
            return nil
        }
        return status.st_mode & S_IFMT == S_IFREG ? ByteCount(Int(status.st_size)) : nil
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
