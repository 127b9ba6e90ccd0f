import Domain
import Testing

@testable import Files

/// How processes learn which of them live.
@Suite struct WorkerMarkTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    @Test func aWorkerLivesAsLongAsItsMarkIsHeld() throws {
        var mark: WorkerMark? = try tree.makeWorkerMark()
        let worker = try #require(mark).worker(1)
        #expect(tree.isAlive(worker: worker))
        #expect(try tree.sweep().isEmpty)
        mark = nil
        #expect(!tree.isAlive(worker: worker))
        #expect(try fixture.names("state/workers").isEmpty)
    }

    @Test func aMarkThatNobodyHoldsIsOfADeadProcessAndSwept() throws {
        try fixture.write("", to: "state/workers/abc")
        #expect(!tree.isAlive(worker: "abc-0"))
        #expect(try tree.sweep() == ["state/workers/abc"])
    }

    @Test func anUploadIsSomebodysUntilItsRowIsThere() throws {
        let staged = try tree.makeStagingFile()
        let kept = try tree.commitUpload(
            staged, task: newTask(), location: location("u/v"), filename: #require(Filename("a.mp4")))
        let path = kept.path
        #expect(try !tree.isAbandoned(upload: path))
        kept.release()
        #expect(try tree.isAbandoned(upload: path))
    }
}
