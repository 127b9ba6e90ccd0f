import Domain
import Glibc

extension DataDirectory {
    /// A version of a lesson that was replaced, and is still kept; nil where it is not.
    package func openRetired(
        _ version: Substring, of location: LessonLocation
    ) throws(FileError) -> LessonDirectory? {
        guard let directory = LessonVersion.anyDirectory(of: version) else { return nil }
        return try LessonDirectory(
            "\(StoredFile.lesson(location))/\(directory)", version: String(version), in: openRoot)
    }

    /// Bytes that may be written. Where that is less than `wanted`, retired versions are removed first, those that were
    /// replaced first in front, as long as it is.
    package func freeBytes(wanting wanted: Int) throws(FileError) -> Int {
        var free = try freeBytes()
        guard free < wanted else { return free }
        for entry in try retiredEntries() where free < wanted {
            guard try remove(entry) != .busy else { break }
            free = try freeBytes()
        }
        return free
    }

    /// Bytes that may be written, with those of the retired versions where it takes them to have `wanted`. Removes none.
    package func freeBytes(atBestFor wanted: Int) throws(FileError) -> Int {
        var free = try freeBytes()
        guard free < wanted else { return free }
        for entry in try retiredEntries() where free < wanted {
            guard let location = try location(of: entry) else { continue }
            free += try bytes(of: entry, at: location)
        }
        return free
    }

    private func bytes(of entry: RetiredEntry, at location: LessonLocation) throws(FileError) -> Int {
        guard let rendition = entry.version.rendition else {
            return try openRetired(entry.version.version[...], of: location)?.facts().bytes.bytes ?? 0
        }
        guard let lesson = try openLesson(at: location) else { return 0 }
        return try lesson.files(of: rendition).reduce(0) { $0 + lesson.size(of: $1) }
    }

    /// What became of an entry of the list.
    enum RetiredRemoval {
        case removed
        /// The version was not there, and the entry is struck out.
        case absent
        /// A lesson is being replaced: nothing was done.
        case busy
    }

    /// Removes a retired version and its entry.
    ///
    /// The files are gone from the lesson in one step; deleting them may take longer, and is the next start's affair
    /// where this process dies over it.
    func remove(_ entry: RetiredEntry) throws(FileError) -> RetiredRemoval {
        let trash = newTrashPath()
        let removal = try unplace(entry, to: trash)
        if removal == .removed { try FileSystem.removeTree(trash) }
        return removal
    }

    /// Removes every retired version of a lesson. Waits for a replacement under way, whose old version is one of them.
    package func removeRetired(of location: LessonLocation) throws(FileError) {
        for path in try unplaceAll(of: location) { try FileSystem.removeTree(path) }
    }

    /// Where the versions lie from then on.
    private func unplaceAll(of location: LessonLocation) throws(FileError) -> [String] {
        let lock = try ExclusiveLock.waiting(for: retirementLockPath)
        defer { close(lock) }
        var paths: [String] = []
        for entry in try retiredEntries() where try self.location(of: entry) == location {
            let trash = newTrashPath()
            if try unplaceLocked(entry, to: trash) == .removed { paths.append(trash) }
        }
        return paths
    }

    private func unplace(_ entry: RetiredEntry, to trash: String) throws(FileError) -> RetiredRemoval {
        guard let lock = try ExclusiveLock.trying(retirementLockPath) else { return .busy }
        defer { close(lock) }
        return try unplaceLocked(entry, to: trash)
    }

    private func unplaceLocked(_ entry: RetiredEntry, to trash: String) throws(FileError) -> RetiredRemoval {
        let isThere = try move(entry, to: trash)
        try removeEntry(entry)
        return isThere ? .removed : .absent
    }

    /// False where the version that the entry names is not in its lesson.
    private func move(_ entry: RetiredEntry, to trash: String) throws(FileError) -> Bool {
        guard let location = try location(of: entry) else { return false }
        let lesson = openRoot.openBeneath(StoredFile.lesson(location), O_RDONLY | O_DIRECTORY)
        guard lesson >= 0 else {
            guard [ENOENT, ENOTDIR, ELOOP].contains(errno) else {
                throw .last("open", StoredFile.lesson(location))
            }
            return false
        }
        defer { close(lesson) }
        let version = entry.version
        if let rendition = version.rendition { return try move(rendition, entry, at: location, to: trash) }
        guard LessonVersion.retirement(of: version.version, in: lesson) == version.retirement else {
            return false
        }
        guard renameat(lesson, version.directory, AT_FDCWD, trash) == 0 else {
            throw .last("rename", "\(StoredFile.lesson(location))/\(version.directory)")
        }
        guard fsync(lesson) == 0 else { throw .last("fsync", StoredFile.lesson(location)) }
        return true
    }

    /// False where the lesson has another version by now, with which the rendition goes, or its playlist names it.
    private func move(
        _ rendition: RenditionName, _ entry: RetiredEntry, at location: LessonLocation, to trash: String
    ) throws(FileError) -> Bool {
        guard let lesson = try openLesson(at: location), lesson.version == entry.version.version,
            try !lesson.namedRenditions().contains(rendition)
        else { return false }
        try FileSystem.makeDirectory(trash, mode: Self.privateMode)
        // Dying in between leaves a rendition without its key, and the entry, which removes the rest.
        for name in try [rendition.key] + lesson.files(of: rendition) {
            if let inner = lesson.versionDirectory { try lesson.remove("\(inner)/\(name)") }
            try lesson.move(name, to: "\(trash)/\(name)")
        }
        try lesson.sync()
        return true
    }

    /// Strikes out the versions of a lesson that is gone, and they with it.
    func removeEntries(of location: LessonLocation) throws(FileError) {
        for entry in try retiredEntries() where try self.location(of: entry) == location {
            try removeEntry(entry)
        }
    }
}
