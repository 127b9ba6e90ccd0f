import Foundation

/// A folder of its own for one test, removed with it.
final class Workspace {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("focust-media-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    /// Writes `text` to a new file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: file(name))
        return file(name).path
    }

    /// Makes a clip with ffmpeg: `arguments` without the output name. Returns its path.
    func clip(_ name: String, _ arguments: String) throws -> String {
        try Command.ffmpeg(arguments + " " + name, in: url)
        return file(name).path
    }

    /// Changes the bytes of a file that is there.
    func patch(_ name: String, _ change: (inout Data) throws -> Void) throws {
        var data = try Data(contentsOf: file(name))
        try change(&data)
        try data.write(to: file(name))
    }
}
