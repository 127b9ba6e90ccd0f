import Domain
import Glibc

extension DataDirectory {
    /// Publishes a received presentation in one step; answers its path relative to the root.
    ///
    /// Those with another extension go afterwards: in between there are two for a moment, never none. The poster goes
    /// before and comes afterwards: in between there is none for a moment, never another film's. Two uploads at once,
    /// of whichever processes, take turns, or each would remove the other's.
    /// - Parameters:
    ///   - poster: nil where none could be made.
    ///   - isAllowed: asked once it is this upload's turn, before anything is changed; where it answers false, nothing is,
    ///     and nil is returned.
    package func commitPresentation(
        _ staged: consuming StagingFile, poster: consuming StagingFile?, as presentation: Presentation,
        type: VideoFileType, ifAllowed isAllowed: () -> Bool = { true }
    ) throws(FileError) -> String? {
        let relative = presentation.path(type)
        let lock = try ExclusiveLock.waiting(for: presentationLockPath)
        defer { close(lock) }
        guard isAllowed() else { return nil }
        let lastFilm = newest(of: presentation.candidates)
        let lastPoster = newest(of: [presentation.poster].compactMap(\.self))
        if let poster = presentation.poster { try discard(poster) }
        try staged.dateLater(than: lastFilm)
        try staged.commit(to: absolutePath(relative), in: self)
        for other in presentation.candidates where other != relative {
            try FileSystem.remove(absolutePath(other))
        }
        if let path = presentation.poster, let poster = consume poster {
            try poster.dateLater(than: lastPoster)
            try poster.commit(to: absolutePath(path), in: self)
        }
        return relative
    }

    /// When the newest of these files was changed, in seconds since 1970; nil where there is none.
    private func newest(of paths: [String]) -> Int? {
        paths.compactMap { path in
            var status = stat()
            return lstat(absolutePath(path), &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
        }.max()
    }

    /// Where the presentation lies, relative to the root; nil where there is none.
    package func presentationPath(of presentation: Presentation) throws(FileError) -> String? {
        for path in presentation.candidates where try size(of: path) != nil { return path }
        return nil
    }

    /// Removes a presentation, whichever extension it has, and its poster. That there is none is fine.
    package func removePresentation(_ presentation: Presentation) throws(FileError) {
        let lock = try ExclusiveLock.waiting(for: presentationLockPath)
        defer { close(lock) }
        for path in presentation.candidates { try discard(path) }
        if let poster = presentation.poster { try discard(poster) }
    }

    /// Held by who stores or removes a presentation.
    var presentationLockPath: String { absolutePath("\(StoredFile.presentations)/.lock") }
}
