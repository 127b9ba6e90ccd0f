import Foundation
import Testing

@testable import Domain

@Suite struct StoredFileTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources").standardizedFileURL

    /// Whether the text writes down what a lesson's files, or the directories below `FOCUST_DATA_DIR`, are called.
    private static func namesFiles(_ text: String) -> Bool {
        let name =
            #/"(enc\.key|output\.m3u8|poster\.jpg|renditions\.json|originals|uploads|presentation_videos)"/#
        let path = #/"(\\\(\w+\)/)?(hls|uploads|originals|presentation_videos|state)/[^"]/#
        return text.contains(name) || text.contains(path)
    }

    @Test func `Only Domain says what files are called`() throws {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
            .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("Domain/") }
        #expect(paths.count > 300)
        for path in paths {
            let text = try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.contains("///") }
            for line in lines where Self.namesFiles(String(line)) { Issue.record("\(path): \(line)") }
        }
    }

    @Test(arguments: [
        #"write(key, as: "enc.key")"#, #"open("\(root)/hls/\(lesson)")"#, #"list("uploads/.staging")"#,
    ])
    func `The judge knows a name when it sees one`(line: String) {
        #expect(Self.namesFiles(line))
    }

    @Test func `An upload is named after its task, with the extension that it came with`() throws {
        let lesson = try #require(LessonLocation("t/c/m/l"))
        let task = try #require(TaskID("0f8fad5b-d9cb-469f-a165-70867728950e"))
        let film = try #require(Filename("Leçon 1.MP4"))
        let bare = try #require(Filename("film"))
        #expect(StoredFile.upload(task, of: lesson, as: film) == "uploads/t/c/m/l/\(task).mp4")
        #expect(StoredFile.upload(task, of: lesson, as: bare) == "uploads/t/c/m/l/\(task)")
    }

    @Test func `Originals of the flat layout lie in the directory of their user`() throws {
        let film = try #require(Filename("film.mp4"))
        let flat = try #require(LessonLocation("anna/intro"))
        let deep = try #require(LessonLocation("t/c/m/l"))
        #expect(StoredFile.original(film, of: flat) == "originals/anna/film.mp4")
        #expect(StoredFile.original(film, of: deep) == "originals/t/c/m/l/film.mp4")
    }
}
