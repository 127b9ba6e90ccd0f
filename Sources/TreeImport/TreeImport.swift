import Domain
import Files

/// Brings the lessons, originals and presentations of an older server's tree into the data directory, lesson by lesson
/// and each in one step. Nothing in the old tree is changed, and nothing in the new one replaced.
///
/// A dry run takes the same way and leaves out the last step, so that it says what the run does.
package final class TreeImport {
    private let old: ForeignTree
    private let new: Destination
    /// Nil: only say what would be done.
    private let files: DataDirectory?
    private let transfer: Transfer
    /// How many files are linked, or would be, that another user or a group may go on writing; by their owners.
    package private(set) var strangers: [UInt32: Int] = [:]

    /// From `old` into `new`; `files` is that tree, or nil for a dry run.
    package init(from old: ForeignTree, to new: Destination, files: DataDirectory?, by transfer: Transfer) {
        self.old = old
        self.new = new
        self.files = files
        self.transfer = transfer
    }

    /// Imports everything, and tells what became of each thing as it is done. Throws where going on is pointless: the
    /// disk is full, or the old tree cannot be read.
    package func run(_ report: (ImportOutcome) -> Void) throws {
        let tree = try OldTree(old)
        for location in tree.lessons {
            let directory = StoredFile.lesson(location)
            let result = try refusing { try adopt(location, directory) }
            report(ImportOutcome(path: directory, result: result))
        }
        // Before the first of them is there, or the others would be refused for another reason than in a dry run.
        let rivals = try OldRivals(tree.files, converted: tree.converted, isSeated: isSeated)
        for file in tree.files {
            report(ImportOutcome(path: file.path, result: try refusing { try adopt(file, among: rivals) }))
        }
        for outcome in tree.refused { report(outcome) }
    }

    /// What cannot be taken is refused, and the rest goes on.
    private func refusing(_ adopt: () throws -> ImportOutcome.Result) throws -> ImportOutcome.Result {
        do {
            return try adopt()
        } catch let unfit as LessonJudgement.Unfit {
            return .refused(unfit.reason)
        } catch let error as FileError where !error.isOutOfSpace {
            return .refused("\(error)")
        }
    }

    private func adopt(_ location: LessonLocation, _ directory: String) throws -> ImportOutcome.Result {
        let judged = try LessonJudgement(of: directory, in: old)
        if let present = try presentKey(directory) {
            return present == judged.key ? .present : .refused("another video is there already")
        }
        if case .obstacle(let reason) = try new.occupant(ofLesson: directory) { return .refused(reason) }
        var writers: [UInt32] = []
        for name in judged.segments {
            guard let file = try old.file("\(directory)/\(name)") else { continue }
            try new.check(file, by: transfer, as: "\(location)/\(name)")
            writers += [new.strangeWriter(of: file, by: transfer)].compactMap(\.self)
        }
        count(writers)
        guard let files else { return .imported }
        let adoption = try files.adoptLesson(
            at: location, playlists: judged.playlists, key: judged.key, segments: judged.segments,
            of: directory, in: old, by: transfer)
        return adoption == .done ? .imported : .present
    }

    /// The key of the lesson that is at this place; empty where it has none, nil where there is no lesson.
    private func presentKey(_ directory: String) throws(FileError) -> [UInt8]? {
        guard let tree = new.tree, try tree.file("\(directory)/\(LessonFile.playlist)") != nil else {
            return nil
        }
        guard let key = try tree.file("\(directory)/\(LessonFile.key)") else { return [] }
        return try key.read(limit: 1024)
    }

    private func adopt(_ file: OldFile, among rivals: OldRivals) throws -> ImportOutcome.Result {
        if let reason = rivals.reasonAgainst(file) { return .refused(reason) }
        guard let content = try old.file(file.path) else { return .refused("it is gone") }
        if let rival = try rival(of: file) { return .refused("\(rival) is there already") }
        switch try new.occupant(of: file.place) {
        case .file(let bytes):
            return bytes == content.bytes ? .present : .refused("another file is there already")
        case .obstacle(let reason): return .refused(reason)
        case .nothing: break
        }
        try new.check(content, by: transfer, as: file.place)
        count([new.strangeWriter(of: content, by: transfer)].compactMap(\.self))
        guard let files else { return .imported }
        return try files.adopt(content, at: file.place, by: transfer) == .done ? .imported : .present
    }

    private func count(_ writers: [UInt32]) {
        for writer in writers { strangers[writer, default: 0] += 1 }
    }

    private func isSeated(_ file: OldFile) throws(FileError) -> Bool {
        if try rival(of: file) != nil { return true }
        return try new.occupant(of: file.place) != .nothing
    }

    /// Another name that has the file's seat in the new tree.
    private func rival(of file: OldFile) throws(FileError) -> String? {
        guard let tree = new.tree, file.seat != file.place else { return nil }
        let place = file.place.split(separator: "/")
        let directory = place.dropLast().joined(separator: "/")
        let isOriginal = place.first == StoredFile.originals[...]
        // And not a presentation's poster, which lies beside it.
        return try tree.entries(in: directory).map(\.name).first {
            $0 != String(place[place.count - 1]) && !$0.hasPrefix(".")
                && (isOriginal || $0.hasPrefix("presentation."))
        }
    }
}
