import Domain
import Glibc

/// What is about to be added to a published lesson, whose version stays: everything is on disk and in its place, and the
/// playlist that names it is not.
///
/// A player that has read the playlist goes on with it: none of the files that it names changes. Who reads it afterwards
/// finds either the old one or the new one, and everything that it names.
package struct LessonRevision: ~Copyable {
    /// What the new files are called until they take the place of the old ones.
    static let playlist = ".revision.m3u8"
    static let facts = ".revision.json"

    let tree: DataDirectory
    let location: LessonLocation
    let lesson: LessonDirectory

    /// Makes the revision what is served, for good. False, and nothing done, where the lesson was replaced or deleted since
    /// it was prepared.
    ///
    /// Call it where nothing else publishes at this location: under the queue's lock.
    /// - Parameter retiring: renditions that the new playlist does not name, and until when their files stay.
    package borrowing func publish(
        retiring: [(RenditionName, Retirement)] = []
    ) throws(FileError) -> Bool {
        guard let present = try tree.openLesson(at: location), present.isSame(as: lesson) else {
            return false
        }
        try tree.list(
            retiring.map { RetiredVersion(version: lesson.version, rendition: $0.0, retirement: $0.1) },
            of: location)
        // The facts first: they may tell of renditions that no player is shown yet, but not the other way round.
        try lesson.rename(Self.facts, to: LessonFile.facts)
        try lesson.rename(Self.playlist, to: LessonFile.playlist)
        try lesson.sync()
        return true
    }
}

extension RenditionWork {
    /// Puts renditions and their keys into the lesson, where no playlist names them yet, and the lesson's new playlist and
    /// facts beside the present ones. Everything is on disk afterwards.
    ///
    /// Nil where the lesson has another version by now, or is gone.
    /// - Parameters:
    ///   - names: the converter's files.
    ///   - keys: the renditions whose keys go with them.
    ///   - playlist: the multivariant playlist that will be `output.m3u8`.
    package borrowing func prepare(
        _ names: Set<String>, keys: [RenditionName], playlist: [UInt8], facts: [UInt8]
    ) throws(FileError) -> LessonRevision? {
        try syncFiles(names)
        guard let lesson = try tree.openLesson(at: location), lesson.version == version else { return nil }
        guard let versionDirectory = lesson.versionDirectory else {
            throw FileError(code: EOPNOTSUPP, operation: "revise", path: StoredFile.lesson(location))
        }
        let named = try lesson.namedRenditions()
        for name in names {
            try lesson.add("\(filesPath)/\(name)", as: name, unlessNamed: named)
            // As nginx is told: playlists and keys are read through the open directory.
            guard !name.hasSuffix(".m3u8") else { continue }
            try lesson.add("\(filesPath)/\(name)", as: "\(versionDirectory)/\(name)", unlessNamed: named)
        }
        for key in keys { try lesson.add("\(path)/\(key.key)", as: key.key, unlessNamed: named) }
        try lesson.keepFirstPlaylist()
        try lesson.write(
            playlist, as: LessonRevision.playlist, mode: tree.sharedFileMode, datedAs: LessonFile.playlist)
        try lesson.write(facts, as: LessonRevision.facts, mode: 0o600, datedAs: nil)
        try lesson.sync(versionDirectory)
        try lesson.sync()
        return LessonRevision(tree: tree, location: location, lesson: lesson)
    }

    private borrowing func syncFiles(_ names: Set<String>) throws(FileError) {
        for name in names { FileSystem.startWriteback("\(filesPath)/\(name)") }
        for name in names {
            let file = "\(filesPath)/\(name)"
            try FileSystem.makeReadable(file, mode: tree.sharedFileMode)
            try FileSystem.sync(file)
        }
    }

    /// Takes out of the lesson what `prepare` put there and no playlist came to name; true where there was something.
    ///
    /// Only second names of this directory's own files go, whatever else lies there.
    @discardableResult
    borrowing func withdraw() throws(FileError) -> Bool {
        guard let lesson = try tree.openLesson(at: location), lesson.version == version else { return false }
        let named = try lesson.namedRenditions()
        var isChanged = false
        let files = try FileSystem.names(in: filesPath).map { "\(filesPath)/\($0)" }
        let keys = try FileSystem.names(in: path).filter { RenditionName(key: $0) != nil }
        for file in files + keys.map({ "\(path)/\($0)" }) {
            let name = String(file.split(separator: "/").last ?? "")
            guard LessonDirectory.rendition(ofFile: name).map({ !named.contains($0) }) ?? true,
                let number = try FileSystem.fileNumber(of: file)
            else { continue }
            for place in [name, lesson.versionDirectory.map { "\($0)/\(name)" }].compactMap(\.self)
            where try lesson.fileNumber(of: place) == number {
                try lesson.remove(place)
                isChanged = true
            }
        }
        for name in [LessonRevision.playlist, LessonRevision.facts]
        where try lesson.fileNumber(of: name) != nil {
            try lesson.remove(name)
            isChanged = true
        }
        if try lesson.dropFirstPlaylist() { isChanged = true }
        if isChanged { try lesson.sync() }
        return isChanged
    }
}
