import Domain

/// Where a single file of the old tree belongs in this one.
enum OldFile {
    /// Relative to the data directory.
    case place(String)
    /// Nobody could ask for it; with the reason, if there is more to say than that.
    case nowhere(String?)

    /// `path` begins with `originals/`, `uploads/` or `presentation_videos/`.
    init(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        let (root, directories, name) = (parts[0], parts.dropFirst().dropLast(), parts[parts.count - 1])
        let ids = directories.compactMap { Identifier($0) }
        guard ids.count == directories.count else {
            self = .nowhere("a directory's name is no id")
            return
        }
        guard let filename = Filename(name) else {
            self = .nowhere("the name is none that can be asked for")
            return
        }
        self = Self.place(root, ids.map(\.value), filename)
    }

    private static func place(_ root: String, _ ids: [String], _ filename: Filename) -> OldFile {
        // The name as clients write it: NFC, whatever the disk has.
        let path = ([root] + ids + [filename.value]).joined(separator: "/")
        switch root {
        case StoredFile.originals: return [1, 4].contains(ids.count) ? .place(path) : .nowhere(nil)
        case StoredFile.uploads:
            if ids.count == 1 { return .place(path) }
            return .nowhere(
                ids.count == 4 ? "it was waiting for its conversion; upload it again" : nil)
        default:
            if filename.value == LessonFile.poster, [2, 3].contains(ids.count) { return .place(path) }
            guard VideoFileType(of: filename) != nil else { return .nowhere("it is no video") }
            let isNamed = filename.stemBeforeFirstDot == "presentation"
            switch (ids.first, ids.count) {
            case (nil, _),
                ("courses", 2) where isNamed, ("modules", 3) where isNamed:
                return .place(path)
            default: return .nowhere(nil)
            }
        }
    }
}
