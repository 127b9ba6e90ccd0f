import Domain
import Glibc

/// Which lessons a list is about.
package struct LessonFilter: Sendable {
    /// Nil: every trainer's.
    package let trainer: Identifier?
    /// Nil: of every course.
    package let course: Identifier?

    package init(trainer: Identifier?, course: Identifier?) {
        self.trainer = trainer
        self.course = course
    }

    package func contains(_ lesson: LessonPath) -> Bool {
        (trainer ?? lesson.trainer) == lesson.trainer && (course ?? lesson.course) == lesson.course
    }
}

/// Finds lessons on disk in the byte order of their paths, from any place on: it reads the directories that lie on its
/// way and no others, so that a page costs what is on it.
struct LessonWalk {
    /// How many ids a lesson's path has.
    private static let depth = 4

    let tree: DataDirectory
    let filter: LessonFilter
    /// The path behind which it begins; empty for the beginning.
    let after: String
    let limit: Int
    private(set) var found: [LessonPath] = []

    init(_ tree: DataDirectory, _ filter: LessonFilter, after: String, limit: Int) {
        self.tree = tree
        self.filter = filter
        self.after = after
        self.limit = limit
    }

    mutating func run() throws(FileError) {
        try descend(into: [])
    }

    private mutating func descend(into ids: [Identifier]) throws(FileError) {
        let isLast = ids.count == Self.depth - 1
        for id in try children(of: ids) where found.count < limit {
            let child = ids + [id]
            // Behind an id comes a slash, which sorts behind `-` and `.` and before letters.
            let path = child.map(\.value).joined(separator: "/") + (isLast ? "" : "/")
            if isLast {
                guard Self.precedes(after, path), let lesson = LessonPath(path),
                    tree.hasLesson(at: .lesson(lesson))
                else { continue }
                found.append(lesson)
            } else if after.utf8.starts(with: path.utf8) || Self.precedes(after, path) {
                try descend(into: child)
            }
        }
    }

    /// The directories below the one of `ids` that the filter lets through, in order.
    private func children(of ids: [Identifier]) throws(FileError) -> [Identifier] {
        let wanted = ids.isEmpty ? filter.trainer : ids.count == 1 ? filter.course : nil
        let directory = ([StoredFile.lessons] + ids.map(\.value)).joined(separator: "/")
        if let wanted {
            let path = tree.absolutePath("\(directory)/\(wanted)")
            return try FileSystem.kind(of: path) == S_IFDIR ? [wanted] : []
        }
        let end = ids.count == Self.depth - 1 ? "" : "/"
        return try FileSystem.directories(in: tree.absolutePath(directory)).compactMap { Identifier($0) }
            .sorted { Self.precedes($0.value + end, $1.value + end) }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension DataDirectory {
    /// Every published lesson of the flat, older layout.
    package func flatLessons() throws(FileError) -> [LessonLocation] {
        var found: [LessonLocation] = []
        for user in try FileSystem.directories(in: absolutePath(StoredFile.lessons)).sorted() {
            for video in try FileSystem.directories(in: absolutePath("\(StoredFile.lessons)/\(user)"))
                .sorted()
            {
                guard let location = LessonLocation("\(user)/\(video)"), hasLesson(at: location) else {
                    continue
                }
                found.append(location)
            }
        }
        return found
    }

    /// At most `limit` published lessons behind the path `after`, in the byte order of their paths.
    package func lessons(
        _ filter: LessonFilter, after: String, limit: Int
    ) throws(FileError) -> [LessonPath] {
        var walk = LessonWalk(self, filter, after: after, limit: limit)
        try walk.run()
        return walk.found
    }
}
