import Domain
import Files

/// Brings the lessons, originals and presentations of an older server's tree into the data directory, lesson by lesson
/// and each in one step. Nothing in the old tree is changed, and nothing in the new one replaced.
package struct TreeImport {
    private let old: ForeignTree
    /// Nil: only say what would be done.
    private let files: DataDirectory?
    private let root: String
    private let transfer: Transfer

    /// From `old` into the tree at `root`; `files` is that tree, or nil for a dry run.
    package init(from old: ForeignTree, to root: String, files: DataDirectory?, by transfer: Transfer) {
        self.old = old
        self.root = root
        self.files = files
        self.transfer = transfer
    }

    /// Imports everything, and tells what became of each thing as it is done. Throws where going on is pointless: the
    /// disk is full, or the old tree cannot be read.
    package func run(_ report: (ImportOutcome) -> Void) throws {
        let tree = try OldTree(old)
        for item in tree.items {
            switch item {
            case .lesson(let location):
                report(ImportOutcome(path: StoredFile.lesson(location), result: try lesson(location)))
            case .file(let source, let target):
                report(ImportOutcome(path: source, result: try file(source, target)))
            }
        }
        for outcome in tree.refused { report(outcome) }
    }

    private func lesson(_ location: LessonLocation) throws -> ImportOutcome.Result {
        let directory = StoredFile.lesson(location)
        do {
            let judged = try LessonJudgement(of: directory, in: old)
            if let present = try presentKey(directory) {
                return present == judged.key ? .present : .refused("another video is there already")
            }
            guard let files else { return .imported }
            let adoption = try files.adoptLesson(
                at: location, playlists: judged.playlists, key: judged.key, segments: judged.segments,
                of: directory, in: old, by: transfer)
            return adoption == .done ? .imported : .present
        } catch let unfit as LessonJudgement.Unfit {
            return .refused(unfit.reason)
        } catch let error as FileError where !error.isOutOfSpace {
            return .refused("\(error)")
        }
    }

    /// The key of the lesson that is at this place; empty where it has none, nil where there is no lesson.
    private func presentKey(_ directory: String) throws(FileError) -> [UInt8]? {
        guard let present = try ForeignTree.existing(at: root),
            try present.file("\(directory)/output.m3u8") != nil
        else { return nil }
        guard let key = try present.file("\(directory)/enc.key") else { return [] }
        return try key.read(limit: 1024)
    }

    private func file(_ source: String, _ target: String) throws -> ImportOutcome.Result {
        do throws(FileError) {
            return try adopt(source, target)
        } catch {
            guard !error.isOutOfSpace else { throw error }
            return .refused("\(error)")
        }
    }

    private func adopt(_ source: String, _ target: String) throws(FileError) -> ImportOutcome.Result {
        guard let file = try old.file(source) else { return .refused("it is gone") }
        if let rival = try rival(of: target) { return .refused("\(rival) is there already") }
        if let present = try ForeignTree.existing(at: root)?.file(target)?.bytes {
            return present == file.bytes ? .present : .refused("another file is there already")
        }
        guard let files else { return .imported }
        return try files.adopt(file, at: target, by: transfer) == .done ? .imported : .present
    }

    /// Another name in the directory of a lesson's original or of a presentation, of which there is one only.
    private func rival(of target: String) throws(FileError) -> String? {
        let parts = target.split(separator: "/").map(String.init)
        let name = parts[parts.count - 1]
        let isOriginal = parts[0] == StoredFile.originals && parts.count == 6
        let isPresentation =
            parts[0] == StoredFile.presentations && parts.count > 2 && Self.isPresentation(name)
        guard isOriginal || isPresentation, let present = try ForeignTree.existing(at: root) else {
            return nil
        }
        let directory = parts.dropLast().joined(separator: "/")
        let names = try present.entries(in: directory).map(\.name)
        return names.first {
            $0 != name && !$0.hasPrefix(".") && (isOriginal || Self.isPresentation($0))
        }
    }

    /// And not its poster, which lies beside it.
    private static func isPresentation(_ name: String) -> Bool { name.hasPrefix("presentation.") }
}
