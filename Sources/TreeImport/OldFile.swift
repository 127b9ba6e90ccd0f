import Domain

/// A single file of the old tree, and where it belongs in this one.
struct OldFile {
    /// In the old tree.
    let path: String
    /// Relative to the data directory.
    let place: String
    /// When its content was changed last, in nanoseconds since 1970.
    let changedAt: Int
    /// What there is one of: a lesson's original, a presentation; any other file is the only one at its place.
    let seat: String
}

/// Why a file of the old tree has no place in this one.
struct Misplaced: Error {
    let reason: String

    static let elsewhere = Misplaced(reason: "it is not where a lesson or a video would be")
}

extension OldFile {
    /// `path` begins with `originals/`, `uploads/` or `presentation_videos/`.
    init(_ path: String, changedAt: Int) throws(Misplaced) {
        let parts = path.split(separator: "/").map(String.init)
        let (root, directories, name) = (parts[0], parts.dropFirst().dropLast(), parts[parts.count - 1])
        let ids = directories.compactMap { Identifier($0)?.value }
        guard ids.count == directories.count else { throw Misplaced(reason: "a directory's name is no id") }
        guard let filename = Filename(name) else {
            throw Misplaced(reason: "the name is none that can be asked for")
        }
        let directory = ([root] + ids).joined(separator: "/")
        let (stored, seat) = try Self.place(root, ids, filename)
        self.init(
            path: path, place: "\(directory)/\(stored)", changedAt: changedAt, seat: "\(directory)/\(seat)")
    }

    /// What a lesson's original is called as a seat.
    static let originalSeat = "original"

    /// The name in the directory of these ids, and that of the seat.
    private static func place(
        _ root: String, _ ids: [String], _ filename: Filename
    ) throws(Misplaced) -> (name: String, seat: String) {
        // The name as clients write it: NFC, whatever the disk has.
        let name = filename.value
        if root == StoredFile.presentations, name == LessonFile.poster, isPlace(ofPresentation: ids) {
            return (name, name)
        }
        guard let type = VideoFileType(of: filename) else { throw Misplaced(reason: "it is no video") }
        switch (root, ids.count) {
        case (StoredFile.originals, 1), (StoredFile.uploads, 1), (StoredFile.presentations, 0):
            return (name, name)
        case (StoredFile.originals, 4): return (name, originalSeat)
        case (StoredFile.uploads, 4):
            throw Misplaced(reason: "it was waiting for its conversion; upload it again")
        case (StoredFile.presentations, _)
        where isPlace(ofPresentation: ids) && filename.stemBeforeFirstDot == "presentation":
            // Whatever the old server called it: nginx looks for these names.
            return ("presentation.\(type.rawValue)", "presentation")
        default: throw .elsewhere
        }
    }

    private static func isPlace(ofPresentation ids: [String]) -> Bool {
        ids.first == "courses" && ids.count == 2 || ids.first == "modules" && ids.count == 3
    }
}
