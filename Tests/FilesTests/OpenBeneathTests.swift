import Domain
import Foundation
import Testing

@testable import Files

/// Both ways of opening below a directory, which must agree.
@Suite struct OpenBeneathTests {
    typealias Opening = @Sendable (Int32, String, Int32) -> Int32

    static let ways: [Opening] = [FileSystem.openBeneath, FileSystem.openPartByPart]

    let fixture: Fixture
    let root: Int32

    init() throws {
        fixture = try Fixture()
        try fixture.write("in", to: "hls/a/b/file")
        try fixture.write("other", to: "hls/a/other")
        try fixture.link("hls/a/link", to: "b")
        try fixture.link("hls/a/b/linked", to: "file")
        try fixture.link("hls/a/b/out", to: "/etc/passwd")
        root = open(fixture.tree.absolutePath("hls/a"), O_RDONLY | O_DIRECTORY)
    }

    private func opens(_ way: Opening, _ path: String) -> Bool {
        let descriptor = way(root, path, O_RDONLY)
        defer { if descriptor >= 0 { close(descriptor) } }
        return descriptor >= 0
    }

    @Test(arguments: 0..<2, ["b/file", "other", "b"])
    func whatLiesBelowIsOpened(way: Int, path: String) {
        #expect(opens(Self.ways[way], path))
    }

    @Test(
        arguments: 0..<2,
        [
            "link/file", "link", "b/linked", "b/out", "../a/other/..", "b/../../x", "..", "../..",
            "/etc/passwd",
            "", "b/missing", "other/file",
        ])
    func whatLiesElsewhereBehindALinkOrNowhereIsNot(way: Int, path: String) {
        #expect(!opens(Self.ways[way], path))
    }

    @Test func noDescriptorIsLeftBehind() throws {
        let count = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let before = try count()
        for way in Self.ways {
            for _ in 0..<400 {
                for path in ["b/file", "link/file", "b/missing"] { _ = opens(way, path) }
            }
        }
        // Other suites open files of their own meanwhile, but not hundreds.
        #expect(try count() < before + 200)
    }
}
