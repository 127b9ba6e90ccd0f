import Domain
import Foundation
import Synchronization
import Testing

@testable import Files

@Suite struct StagingDirectoryTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    @Test(arguments: ["t/c/m/l", "u/v"])
    func aPublishedLessonIsReadableByNginxButForItsKey(path: String) throws {
        try fixture.publish("one", location(path))
        #expect(try fixture.mode("hls/\(path)") == 0o755)
        #expect(try fixture.mode("hls/\(path)/output.m3u8") == 0o644)
        #expect(try fixture.mode("hls/\(path)/enc.key") == 0o600)
        #expect(try fixture.names("hls/.staging").isEmpty)
        #expect(try tree.hasLesson(at: location(path)))
    }

    @Test func aDirectoryThatIsNotPublishedDeletesItself() throws {
        func fail() throws {
            let staging = try tree.makeStagingDirectory(task: newTask())
            try staging.writeKey([1])
            #expect(try fixture.names("hls/.staging").count == 1)
        }
        try fail()
        #expect(try fixture.names("hls/.staging").isEmpty)
    }

    @Test func aKeyIsWrittenOnce() throws {
        let staging = try tree.makeStagingDirectory(task: newTask())
        try staging.writeKey([1])
        #expect(throws: FileError.self) { try staging.writeKey([2]) }
    }

    @Test func twoAttemptsAtOneTaskNeverShareADirectory() throws {
        let task = newTask()
        let sleeper = try tree.makeStagingDirectory(task: task)
        let successor = try tree.makeStagingDirectory(task: task)
        #expect(sleeper.path != successor.path)
    }

    @Test func aReplacedLessonLeavesNothingOfTheOldOne() throws {
        try fixture.publish("one", location("t/c/m/l"))
        try fixture.write("poster", to: "hls/t/c/m/l/poster.jpg")
        try fixture.publish("two", location("t/c/m/l"))
        #expect(try fixture.text("hls/t/c/m/l/enc.key") == "two")
        #expect(!fixture.exists("hls/t/c/m/l/poster.jpg"))
        #expect(try fixture.names("hls/.staging").isEmpty)
    }

    @Test func aFlatVideoDoesNotSwallowTheLessonsBelowIt() throws {
        try fixture.publish("lesson", location("t/c/m/l"))
        #expect(throws: FileError.self) { try fixture.publish("flat", location("t/c")) }
        #expect(throws: FileError.self) { try tree.removeLesson(at: location("t/c")) }
        #expect(try fixture.text("hls/t/c/m/l/enc.key") == "lesson")
    }

    @Test func publishingThroughAPlantedLinkIsRefused() throws {
        let elsewhere = fixture.outside.appending(path: "elsewhere/m/l")
        try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
        try fixture.write("", to: "hls/t/file")
        try fixture.link("hls/t/c", to: fixture.outside.appending(path: "elsewhere").path)
        #expect(throws: FileError.self) { try fixture.publish("one", location("t/c/m/l")) }
        #expect(throws: FileError.self) { try tree.removeLesson(at: location("t/c/m/l")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path).isEmpty)
    }

    /// Whoever opens a lesson has one version whole, while another thread replaces it again and again.
    @Test func readersSeeOneVersionWholeWhileItIsReplaced() async throws {
        let lesson = try location("t/c/m/l")
        try fixture.publish("0", lesson)
        let tree = tree
        let end = EndSignal()
        let torn = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                while !end.isReached.load(ordering: .relaxed) {
                    if (try? Self.isWhole(tree, lesson)) != true { count += 1 }
                }
                return count
            }
            for version in 1...100 { try? fixture.publish("\(version)", lesson) }
            end.isReached.store(true, ordering: .relaxed)
            return await group.reduce(0, +)
        }
        #expect(torn == 0)
        #expect(try fixture.text("hls/t/c/m/l/enc.key") == "100")
    }

    /// A file that is gone was deleted with its version: a clean miss.
    private static func isWhole(_ tree: DataDirectory, _ location: LessonLocation) throws -> Bool {
        guard let lesson = try tree.openLesson(at: location) else { return false }
        guard let playlist = try lesson.read("output.m3u8"), let key = try lesson.read("enc.key") else {
            return true
        }
        return playlist == key && !key.isEmpty
    }
}
