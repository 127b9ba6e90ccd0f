import Domain
import Files

/// Finds what an older server kept: its layout is ours, and a flatter one besides.
struct OldTree {
    /// Deeper than any file that is served.
    private static let maxDepth = 6

    let tree: ForeignTree
    private(set) var lessons: [LessonLocation] = []
    private(set) var files: [OldFile] = []
    private(set) var refused: [ImportOutcome] = []
    /// When the playlist of each lesson was written, by the seat of the lesson's original; in nanoseconds since 1970.
    private(set) var converted: [String: Int] = [:]

    init(_ tree: ForeignTree) throws(FileError) {
        self.tree = tree
        try findLessons(in: StoredFile.lessons, ids: [])
        try findFiles(in: StoredFile.originals, below: StoredFile.originals)
        try findFiles(in: StoredFile.uploads, below: StoredFile.uploads)
        try findFiles(in: StoredFile.presentations, below: StoredFile.presentations)
        // Those of two ids first: one published later would have to hide the lessons below it.
        lessons = lessons.filter(\.isFlat) + lessons.filter { !$0.isFlat }
    }

    /// A directory with a playlist is a lesson where two or four ids lead to it.
    private mutating func findLessons(in directory: String, ids: [Identifier]) throws(FileError) {
        let entries = try tree.entries(in: directory)
        let playlist = entries.first { $0.name == LessonFile.playlist }
        let path = ids.map(\.value).joined(separator: "/")
        if let playlist, let location = LessonLocation(path) {
            lessons.append(location)
            converted["\(StoredFile.originals)/\(path)/\(OldFile.originalSeat)"] = playlist.changedAt
        }
        var hasMore = playlist != nil
        for entry in entries {
            let path = "\(directory)/\(entry.name)"
            switch entry.kind {
            // Staging, versions and the like of this server's own, in a tree that it has served already.
            case .directory where entry.isHidden, .link where entry.isHidden: continue
            case .directory where ids.count < 4:
                hasMore = true
                guard let id = Identifier(entry.name) else {
                    refuse(path, "the name is no id")
                    continue
                }
                try findLessons(in: path, ids: ids + [id])
            // In a lesson they are missed where they are needed.
            case _ where playlist != nil: continue
            case .file where entry.isHidden: refuse(path, Self.hidden)
            case .directory, .file: if ids.count < 4 { refuse(path, Misplaced.elsewhere.reason) }
            case .link, .other: refuse(path, Self.reason(entry.kind))
            }
        }
        if !hasMore && [2, 4].contains(ids.count) { refuse(directory, "it has no output.m3u8") }
    }

    private mutating func findFiles(in directory: String, below root: String) throws(FileError) {
        for entry in try tree.entries(in: directory) {
            let path = "\(directory)/\(entry.name)"
            switch entry.kind {
            case .link, .other: refuse(path, Self.reason(entry.kind))
            case _ where path == "\(StoredFile.presentations)/.lock": continue
            case _ where entry.isHidden: refuse(path, Self.hidden)
            case .directory:
                guard path.split(separator: "/").count < Self.maxDepth else {
                    refuse(path, Misplaced.elsewhere.reason)
                    continue
                }
                try findFiles(in: path, below: root)
            case .file: addFile(path, changedAt: entry.changedAt)
            }
        }
    }

    private mutating func addFile(_ path: String, changedAt: Int) {
        do throws(Misplaced) {
            files.append(try OldFile(path, changedAt: changedAt))
        } catch {
            refuse(path, error.reason)
        }
    }

    private mutating func refuse(_ path: String, _ reason: String) {
        refused.append(ImportOutcome(path: path, result: .refused(reason)))
    }

    private static let hidden = "its name begins with a dot, and nothing of such a name is served"

    private static func reason(_ kind: ForeignTree.Entry.Kind) -> String {
        kind == .link ? "it is a symbolic link, which is not followed" : "it is no file, or its name no text"
    }
}

extension ForeignTree.Entry {
    fileprivate var isHidden: Bool { name.hasPrefix(".") }
}

extension LessonLocation {
    fileprivate var isFlat: Bool {
        if case .flat = self { return true }
        return false
    }
}
