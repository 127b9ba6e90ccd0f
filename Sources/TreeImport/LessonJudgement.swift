import Domain
import Files
import Formats

/// Whether a lesson of another server could be played from here, and what belongs to it.
struct LessonJudgement {
    /// Why not.
    struct Unfit: Error {
        let reason: String
    }

    /// As large as the server reads.
    private static let maxPlaylistBytes = 4 << 20
    private static let maxPlaylists = 64
    private static let keyBytes = 16

    private(set) var playlists: [(name: String, bytes: [UInt8])] = []
    private(set) var segments: [String] = []
    private(set) var key: [UInt8] = []

    init(of directory: String, in tree: ForeignTree) throws {
        var waiting = [LessonFile.playlist]
        var known = Set(waiting)
        while let name = waiting.popLast() {
            for file in try read(name, in: directory, tree) where known.insert(file).inserted {
                switch PlaybackFile(file[...]) {
                case .playlist: waiting.append(file)
                case .segment: segments.append(file)
                case .key, nil: throw Unfit(reason: "\(name) names \(file), which is nothing that is served")
                }
            }
        }
        guard !segments.isEmpty else { throw Unfit(reason: "output.m3u8 names no segment") }
        try checkSegments(directory, tree)
        // No playlist names it, and older servers made none.
        if try tree.file("\(directory)/\(LessonFile.poster)") != nil, known.insert(LessonFile.poster).inserted
        {
            segments.append(LessonFile.poster)
        }
        key = try Self.readKey(directory, tree)
    }

    /// The files that a playlist names.
    private mutating func read(
        _ name: String, in directory: String, _ tree: ForeignTree
    ) throws -> [String] {
        guard playlists.count < Self.maxPlaylists else { throw Unfit(reason: "it has too many playlists") }
        guard let file = try tree.file("\(directory)/\(name)") else {
            throw Unfit(reason: "\(name) is missing, or no file")
        }
        let bytes = try file.read(limit: Self.maxPlaylistBytes)
        guard let files = PlaylistFiles(reading: bytes) else { throw Unfit(reason: "\(name) is no playlist") }
        playlists.append((name, bytes))
        // A playlist of playlists has neither end nor key.
        guard files.names.contains(where: { !$0.hasSuffix(".m3u8") }) else { return files.names }
        guard files.hasEnd else {
            throw Unfit(reason: "\(name) has no end: its conversion was not finished")
        }
        guard !files.methods.isEmpty, !files.methods.contains("NONE") else {
            throw Unfit(reason: "its segments are not encrypted; upload the original again")
        }
        return files.names
    }

    private func checkSegments(_ directory: String, _ tree: ForeignTree) throws {
        var missing: [String] = []
        for name in segments {
            guard let file = try tree.file("\(directory)/\(name)"), file.bytes.bytes > 0 else {
                missing.append(name)
                continue
            }
        }
        guard let first = missing.first else { return }
        let others = missing.count > 1 ? " and \(missing.count - 1) more" : ""
        throw Unfit(reason: "\(first)\(others) of \(segments.count) segments missing or empty")
    }

    private static func readKey(_ directory: String, _ tree: ForeignTree) throws -> [UInt8] {
        guard let file = try tree.file("\(directory)/enc.key") else {
            throw Unfit(reason: "its key, enc.key, is missing, or no file")
        }
        guard file.bytes.bytes == keyBytes else {
            throw Unfit(reason: "its key, enc.key, has \(file.bytes) bytes instead of \(keyBytes)")
        }
        return try file.read(limit: keyBytes)
    }
}
