import Domain
import Files

/// Finds what an older server kept: its layout is ours, and a flatter one besides.
struct OldTree {
    /// Deeper than any file that is served.
    private static let maxDepth = 6

    let tree: ForeignTree
    private(set) var items: [ImportItem] = []
    private(set) var refused: [ImportOutcome] = []

    init(_ tree: ForeignTree) throws(FileError) {
        self.tree = tree
        try findLessons(in: StoredFile.lessons, ids: [])
        try findFiles(in: StoredFile.originals, below: StoredFile.originals)
        try findFiles(in: StoredFile.uploads, below: StoredFile.uploads)
        try findFiles(in: StoredFile.presentations, below: StoredFile.presentations)
        // Those of two ids first: one published later would have to hide the lessons below it.
        items = items.filter(\.isFlatLesson) + items.filter { !$0.isFlatLesson }
    }

    /// A directory with a playlist is a lesson where two or four ids lead to it.
    private mutating func findLessons(in directory: String, ids: [Identifier]) throws(FileError) {
        let entries = try tree.entries(in: directory)
        let isLesson = entries.contains { $0.name == LessonFile.playlist }
        if isLesson, let location = LessonLocation(ids.map(\.value).joined(separator: "/")) {
            items.append(.lesson(location))
        }
        var hasMore = isLesson
        // Names with a dot in front are a server's own, and no ids.
        for entry in entries where !entry.name.hasPrefix(".") {
            let path = "\(directory)/\(entry.name)"
            switch entry.kind {
            case .directory where ids.count < 4:
                hasMore = true
                guard let id = Identifier(entry.name) else {
                    refuse(path, "the name is no id")
                    continue
                }
                try findLessons(in: path, ids: ids + [id])
            case .directory, .file: if !isLesson && ids.count < 4 { refuse(path, Self.misplaced) }
            // In a lesson they are missed where they are needed.
            case .link, .other: if !isLesson { refuse(path, Self.reason(entry.kind)) }
            }
        }
        if !hasMore && [2, 4].contains(ids.count) { refuse(directory, "it has no output.m3u8") }
    }

    private static let misplaced = "it is not where a lesson or a video would be"

    private mutating func findFiles(in directory: String, below root: String) throws(FileError) {
        for entry in try tree.entries(in: directory) where !entry.name.hasPrefix(".") {
            let path = "\(directory)/\(entry.name)"
            switch entry.kind {
            case .directory:
                guard path.split(separator: "/").count < Self.maxDepth else {
                    refuse(path, Self.misplaced)
                    continue
                }
                try findFiles(in: path, below: root)
            case .file: addFile(path)
            case .link, .other: refuse(path, Self.reason(entry.kind))
            }
        }
    }

    private mutating func addFile(_ path: String) {
        switch OldFile(path) {
        case .place(let place): items.append(.file(from: path, to: place))
        case .nowhere(let reason): refuse(path, reason ?? Self.misplaced)
        }
    }

    private mutating func refuse(_ path: String, _ reason: String) {
        refused.append(ImportOutcome(path: path, result: .refused(reason)))
    }

    private static func reason(_ kind: ForeignTree.Entry.Kind) -> String {
        kind == .link ? "it is a symbolic link, which is not followed" : "it is no file, or its name no text"
    }
}

extension ImportItem {
    fileprivate var isFlatLesson: Bool {
        if case .lesson(.flat) = self { return true }
        return false
    }
}
