import Domain
import Testing

@testable import Server

@Suite struct ReceivedVideoTests {
    @Test(arguments: [
        ("blob", "webm", "blob.webm"), ("Leçon 1.mp4", "webm", "Leçon 1.mp4"),
        (String(repeating: "é", count: 100), "mkv", String(repeating: "é", count: 98) + ".mkv"),
    ])
    func `A name without an extension gets that of the kind of video inside`(
        name: String, inside: String, expected: String
    ) throws {
        let filename = try #require(Filename(name))
        #expect(try ReceivedVideo.named(filename, inside).value == expected)
    }

    @Test(arguments: ["html", "svg", "", "mp4.html", "../x", "MP4", "mp4\n", "m3u8", "php"])
    func `A kind that is no kind of video is refused, whoever says it`(inside: String) throws {
        let filename = try #require(Filename("blob"))
        let refusal = #expect(throws: Refusal.self) { try ReceivedVideo.named(filename, inside) }
        #expect(refusal?.code == .unsupportedMedia)
    }
}
