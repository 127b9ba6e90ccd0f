import Domain
import Glibc

/// The list of all retired versions: one link for each, named by its end and its version, that names its lesson. So they
/// are found without a search through all lessons.
///
/// It is written before the version is in its place, and outlives it: what it names may not be there. Only a version
/// that bears the same mark is removed for it, and only a rendition that no playlist names.
struct RetiredEntry: Sendable {
    let name: String
    let version: RetiredVersion

    /// Nil for what is no entry.
    init?(_ name: String) {
        guard let dot = name.firstIndex(of: "."), let retirement = Retirement(name[..<dot]) else {
            return nil
        }
        let parts = name[name.index(after: dot)...].split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let rendition = parts.count == 2 ? RenditionName(parts[1]) : nil
        guard parts.count == 1 || rendition != nil else { return nil }
        self.name = name
        version = RetiredVersion(version: String(parts[0]), rendition: rendition, retirement: retirement)
    }

    static func name(of version: RetiredVersion) -> String {
        "\(version.retirement).\(version.version)" + (version.rendition.map { ".\($0)" } ?? "")
    }
}

extension DataDirectory {
    static let retiredFolder = "\(StoredFile.lessons)/.retired"

    var retirementLockPath: String { absolutePath("\(Self.retiredFolder)/.lock") }

    /// Writes versions of one lesson into the list, for good; that they are there already is fine.
    func list(_ versions: [RetiredVersion], of location: LessonLocation) throws(FileError) {
        let folder = absolutePath(Self.retiredFolder)
        for version in versions {
            let path = "\(folder)/\(RetiredEntry.name(of: version))"
            guard symlink(location.description, path) == 0 || errno == EEXIST else {
                throw .last("symlink", path)
            }
        }
        try FileSystem.sync(folder)
    }

    /// All that are listed, those that were replaced first in front.
    func retiredEntries() throws(FileError) -> [RetiredEntry] {
        try FileSystem.names(in: absolutePath(Self.retiredFolder)).compactMap { RetiredEntry($0) }
            .sorted { $0.version.retirement.time < $1.version.retirement.time }
    }

    /// The lesson that an entry names; nil where the entry is gone, or names none.
    func location(of entry: RetiredEntry) throws(FileError) -> LessonLocation? {
        let path = absolutePath("\(Self.retiredFolder)/\(entry.name)")
        return FileSystem.target(ofLink: path).flatMap { LessonLocation($0) }
    }

    func removeEntry(_ entry: RetiredEntry) throws(FileError) {
        try FileSystem.remove(absolutePath("\(Self.retiredFolder)/\(entry.name)"))
    }
}
