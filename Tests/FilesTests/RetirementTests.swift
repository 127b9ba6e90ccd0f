import Domain
import Foundation
import Synchronization
import Testing

@testable import Files

@Suite struct RetirementTests {
    /// Seconds since 1970 at which lessons are replaced.
    static let start = 1_764_295_200
    static let limit = 600

    let fixture: Fixture
    var tree: DataDirectory { fixture.tree }
    let lesson: LessonLocation

    init() throws {
        fixture = try Fixture()
        lesson = try location("t/c/m/l")
    }

    private func version() throws -> String { try fixture.open("t/c/m/l").version }

    /// Replaces the lesson `seconds` after the start; answers the version that it replaced.
    @discardableResult
    private func replace(
        _ mark: String, after seconds: Int = 0, life: Int = 3600, limit: Int = RetirementTests.limit
    ) throws -> String {
        let old = try version()
        try fixture.publish(
            mark, lesson, keeping: Retirement(time: Self.start + seconds, tokenLife: life), limit: limit)
        return old
    }

    /// What the key of a version says; nil where the version is gone.
    private func key(_ version: String) throws -> String? {
        guard let kept = try tree.openRetired(version[...], of: lesson) else { return nil }
        return try kept.read("enc.key").map { String(decoding: $0, as: UTF8.self) }
    }

    private func segment(_ version: String) throws -> String? {
        try tree.versionedPath(of: "segment_000.ts", at: lesson, version: version[...]).map(fixture.text)
    }

    private func sweep(
        after seconds: Int, limit: Int = RetirementTests.limit, steadySeconds: Int64 = .max
    ) throws -> Int {
        var sweep = RetirementSweep(files: tree, limit: limit)
        let now = Timestamp(seconds: Self.start + seconds)
        return try sweep.run(now: now, steadySeconds: steadySeconds).count
    }

    private var listed: Set<String> {
        get throws { try fixture.names("hls/.retired").subtracting([".lock"]) }
    }

    @Test func `A replaced version stays whole beside the new one, its key for no eyes but ours`() throws {
        try fixture.publish("one", lesson)
        let old = try replace("two")
        #expect(try key(old) == "one")
        #expect(try segment(old) == "one")
        #expect(try fixture.open("t/c/m/l").read("enc.key") == Array("two".utf8))
        #expect(try segment(version()) == "two")
        #expect(try fixture.mode("hls/t/c/m/l/.v-\(old)/enc.key") == 0o600)
        #expect(try fixture.mode("hls/t/c/m/l/.v-\(old)/segment_000.ts") == 0o644)
        #expect(try fixture.mode("hls/t/c/m/l/.v-\(old)") == 0o755)
        #expect(try fixture.names("hls/.staging").isEmpty)
    }

    @Test func `Versions of several replacements stay, each until its own end`() throws {
        try fixture.publish("0", lesson)
        let versions = try (1...4).map { try replace("\($0)", after: $0 * 100) }
        #expect(try versions.map(key) == ["0", "1", "2", "3"])
        #expect(try sweep(after: 699) == 0)
        #expect(try sweep(after: 800) == 2)
        #expect(try versions.map(key) == [nil, nil, "2", "3"])
        #expect(try versions.map(segment) == [nil, nil, "2", "3"])
        #expect(try sweep(after: 5000) == 2)
        #expect(try listed.isEmpty)
        #expect(try fixture.names("hls/t/c/m/l").filter { $0.hasPrefix(".v-") } == [".v-\(version())"])
        #expect(try fixture.text("hls/t/c/m/l/enc.key") == "4")
    }

    @Test func `A version whose end has come is not taken along`() throws {
        try fixture.publish("0", lesson)
        let old = try replace("1")
        let next = try replace("2", after: Self.limit)
        #expect(try [old, next].map(key) == [nil, "1"])
    }

    @Test func `The end is that of the tokens where they end before the limit`() throws {
        try fixture.publish("one", lesson)
        let old = try replace("two", life: 60)
        #expect(try sweep(after: 59) == 0)
        #expect(try sweep(after: 60) == 1)
        #expect(try key(old) == nil)
    }

    @Test func `A limit that was lowered holds for what is kept already`() throws {
        try fixture.publish("one", lesson)
        try replace("two")
        #expect(try sweep(after: 100, limit: 200) == 0)
        #expect(try sweep(after: 100, limit: 100) == 1)
    }

    @Test func `A limit of nothing keeps nothing`() throws {
        try fixture.publish("one", lesson)
        let old = try replace("two", limit: 0)
        #expect(try key(old) == nil)
        #expect(try segment(old) == nil)
        #expect(try listed.isEmpty)
    }

    @Test func `Deleting the lesson deletes every version of it, and of no other`() throws {
        try fixture.publish("one", lesson)
        try replace("two")
        let other = try location("t/c/m/l2")
        try fixture.publish("three", other)
        let kept = try fixture.open("t/c/m/l2").version
        try fixture.publish(
            "four", other, keeping: Retirement(time: Self.start, tokenLife: 60), limit: Self.limit)
        try tree.removeLesson(at: lesson)
        #expect(!fixture.exists("hls/t/c/m/l"))
        #expect(try listed == ["\(Self.start)+60.\(kept)"])
        #expect(try fixture.names("hls/.trash").isEmpty)
        #expect(tree.versionedPath(of: "segment_000.ts", at: other, version: kept[...]) != nil)
    }

    @Test
    func
        `Retired versions of a lesson are removed at once, and neither the present one nor another lesson's`()
        throws
    {
        try fixture.publish("one", lesson)
        let old = try [replace("two"), replace("three", after: 1)]
        let other = try location("t/c/m/l2")
        try fixture.publish("four", other)
        let kept = try fixture.open("t/c/m/l2").version
        try fixture.publish(
            "five", other, keeping: Retirement(time: Self.start, tokenLife: 60), limit: Self.limit)
        try tree.removeRetired(of: lesson)
        #expect(try old.map(key) == [nil, nil])
        #expect(try segment(version()) == "three")
        #expect(try listed == ["\(Self.start)+60.\(kept)"])
        #expect(try fixture.names("hls/.trash").isEmpty)
    }

    /// Links a version's files as the kernel does for who may not link another user's.
    private func linkForeign() throws -> Set<String> {
        try FileManager.default.createDirectory(
            atPath: tree.absolutePath("hls/target"), withIntermediateDirectories: false)
        try fixture.open("t/c/m/l").linkFiles(into: tree.absolutePath("hls/target")) { _, _ in
            errno = EPERM
            return -1
        }
        return try fixture.names("hls/target")
    }

    @Test func `A little that cannot be linked is copied`() throws {
        try fixture.publish("one", lesson)
        #expect(try linkForeign() == ["enc.key", "output.m3u8", "segment_000.ts", "segment_001.ts"])
        #expect(try fixture.text("hls/target/segment_001.ts") == "one")
    }

    @Test func `A film that cannot be linked is not copied`() throws {
        try fixture.publish("one", lesson)
        // Neither of them is too large by itself; sparse, they take no room.
        for name in ["segment_000.ts", "segment_001.ts"] {
            #expect(truncate(tree.absolutePath("hls/t/c/m/l/\(name)"), 9 << 20) == 0)
        }
        #expect { try linkForeign() } throws: { ($0 as? FileError)?.code.rawValue == EFBIG }
    }

    @Test func `What died before the swap leaves the lesson whole, and its name in the list is struck out`()
        throws
    {
        try fixture.publish("one", lesson)
        let present = try version()
        func die() throws {
            let staging = try fixture.stage("two")
            let retirement = Retirement(time: Self.start, tokenLife: 60)
            let kept = try staging.keepReplaced(at: lesson, retirement, limit: Self.limit)
            extendLifetime(kept)
        }
        try die()
        #expect(try listed.count == 1)
        // The next attempt replaces it later, and its viewers have their time from then on.
        let old = try replace("two", after: 50)
        #expect(old == present)
        _ = try sweep(after: 60)
        #expect(try key(old) == "one")
        #expect(try sweep(after: 650) == 1)
        #expect(try key(old) == nil)
        try die()
        _ = try sweep(after: 60)
        #expect(try segment(version()) == "two")
        #expect(try listed.isEmpty)
    }

    @Test func `A lesson that is gone, and what is no entry, hold up no sweep`() throws {
        try fixture.publish("one", lesson)
        try replace("two")
        try FileManager.default.removeItem(atPath: tree.absolutePath("hls/t"))
        try fixture.link("hls/.retired/1+1.abc", to: "../../../etc")
        try fixture.write("", to: "hls/.retired/2+1.abc")
        try fixture.write("", to: "hls/.retired/README")
        #expect(try sweep(after: 5000) == 0)
        #expect(try listed == ["README"])
    }

    @Test func `A lesson of another program's tree stays too when it is replaced`() throws {
        try fixture.write("#EXTM3U", to: "hls/t/c/m/l/output.m3u8")
        try fixture.write("old", to: "hls/t/c/m/l/segment_000.ts")
        try fixture.write("key", to: "hls/t/c/m/l/enc.key")
        let old = try replace("two")
        #expect(old.contains("-"))
        #expect(try key(old) == "key")
        #expect(try fixture.text("hls/t/c/m/l/.v-\(old)/segment_000.ts") == "old")
    }

    @Test func `Room is made of what was replaced first, and of no more than is wanted`() throws {
        try fixture.publish("0", lesson)
        let versions = try (1...3).map { try replace("\($0)", after: $0) }
        _ = try tree.freeBytes(wanting: 0)
        #expect(try versions.map(key) == ["0", "1", "2"])
        let first = try #require(try tree.retiredEntries().first)
        #expect(first.version.version == versions[0])
        _ = try tree.freeBytes(wanting: .max)
        #expect(try versions.map(key) == [nil, nil, nil])
        #expect(try segment(version()) == "3")
        #expect(try listed.isEmpty)
    }

    @Test func `What room could be made is told without a removal`() throws {
        try fixture.publish("0", lesson)
        let version = try replace("1")
        for name in ["segment_000.ts", "segment_001.ts"] {
            // Sparse, and so large that what others write meanwhile does not count.
            let path = tree.absolutePath("hls/t/c/m/l/.v-\(version)/\(name)")
            #expect(truncate(path, 1 << 40) == 0)
        }
        let free = try tree.freeBytes()
        #expect(try tree.freeBytes(atBestFor: 0) < free + (1 << 40))
        #expect(try tree.freeBytes(atBestFor: .max) > free + (1 << 40))
        #expect(try key(version) == "0")
    }

    @Test func `Nothing is removed while a lesson is being replaced, and it is made up for`() throws {
        try fixture.publish("one", lesson)
        let old = try replace("two")
        var sweep = RetirementSweep(files: tree, limit: Self.limit)
        func whileReplacing() throws {
            let staging = try fixture.stage("three")
            let retirement = Retirement(time: Self.start + 1, tokenLife: 60)
            let kept = try staging.keepReplaced(at: lesson, retirement, limit: Self.limit)
            #expect(try sweep.run(now: Timestamp(seconds: Self.start + 5000), steadySeconds: .max).isEmpty)
            extendLifetime(kept)
        }
        try whileReplacing()
        #expect(try key(old) == "one")
        #expect(try sweep.run(now: Timestamp(seconds: Self.start + 5000), steadySeconds: .max).count == 1)
        #expect(try key(old) == nil)
    }

    @Test(arguments: [
        "", "-", "a-", "-a", "a-b-c", "..", ".", "/", "../../l2", "A", "0123456789abcd", "a-0123456789abcd",
        "%2e", "a/../b",
    ])
    func `What is no version opens nothing`(text: String) throws {
        try fixture.publish("one", lesson)
        try replace("two")
        let opened = try tree.openRetired(text[...], of: lesson)?.version
        #expect(opened == nil)
    }

    @Test(arguments: ["", "+", "1", "1+", "+1", "1+2+3", "-1+2", "1+-2", "a+b", "99999999999999999999+1"])
    func `What is no mark is read as none`(text: String) {
        #expect(Retirement(text) == nil)
    }

    /// Whoever watches the first version has each of its files at every moment, however often the lesson is replaced.
    @Test func `No moment is without the version that is watched`() async throws {
        try fixture.publish("first", lesson)
        let watched = try version()
        let (tree, lesson) = (tree, lesson)
        let end = EndSignal()
        let missing = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                var missing = 0
                while !end.isReached.load(ordering: .relaxed) {
                    let path = tree.versionedPath(of: "segment_000.ts", at: lesson, version: watched[...])
                    if path == nil { missing += 1 }
                }
                return missing
            }
            for mark in 1...50 { _ = try? replace("\(mark)") }
            end.isReached.store(true, ordering: .relaxed)
            return await group.reduce(0, +)
        }
        #expect(missing == 0)
        #expect(try fixture.text("hls/t/c/m/l/enc.key") == "50")
        #expect(try key(watched) == "first")
    }

    @Test
    func `A clock that was set ahead ends no version, before it has gone on for as long as one is kept`()
        throws
    {
        try fixture.publish("one", lesson)
        try replace("two")
        let year = 31_536_000
        var sweep = RetirementSweep(files: tree, limit: Self.limit)
        func swept(_ seconds: Int, _ steadySeconds: Int64) throws -> Int {
            try sweep.run(now: Timestamp(seconds: Self.start + seconds), steadySeconds: steadySeconds).count
        }
        #expect(try swept(10, 5000) == 0)
        // It jumps ahead by a year, and back.
        #expect(try swept(year, 0) == 0)
        #expect(try swept(year + Self.limit - 1, Int64(Self.limit - 1)) == 0)
        #expect(try swept(20, 0) == 0)
        #expect(try swept(20 + Self.limit - 1, Int64(Self.limit - 1)) == 0)
        #expect(try swept(20 + Self.limit, Int64(Self.limit)) == 1)
    }

    @Test func `A version is kept after a jump for no longer than one that is replaced then`() throws {
        try fixture.publish("one", lesson)
        try replace("two")
        #expect(try sweep(after: 31_536_000, steadySeconds: Int64(Self.limit) - 1) == 0)
        #expect(try sweep(after: 31_536_000, steadySeconds: Int64(Self.limit)) == 1)
    }
}
