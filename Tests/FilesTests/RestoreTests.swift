import Glibc
import Testing

@testable import Files

/// A backup is put into the data directory by a script that wants to be alone there.
@Suite struct RestoreTests {
    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
    }

    @Test func severalProcessesHoldTheDirectoryTogether() throws {
        let other = try Fixture(at: tree.root)
        try tree.hold()
        try other.tree.hold()
    }

    @Test func whatARestoreHasForItselfIsRefused() throws {
        let script = open(tree.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try #require(flock(script, LOCK_EX | LOCK_NB) == 0)
        #expect(throws: RestoreError.underWay(path: tree.root)) { try tree.hold() }
        close(script)
        try tree.hold()
    }

    @Test func whatAServerHoldsIsNotARestores() throws {
        try tree.hold()
        let script = open(tree.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(script) }
        #expect(flock(script, LOCK_EX | LOCK_NB) != 0)
    }

    @Test func halfACopyIsRefusedUntilTheRestoreIsDone() throws {
        try fixture.write("", to: DataDirectory.restoreMarker)
        #expect(throws: RestoreError.unfinished(path: tree.root)) { try tree.hold() }
        unlink(tree.absolutePath(DataDirectory.restoreMarker))
        try tree.hold()
    }
}
