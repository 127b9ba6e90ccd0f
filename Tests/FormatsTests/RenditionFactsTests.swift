import Domain
import Testing

@testable import Formats

private let since = Timestamp(seconds: 1_000_000)

private func makeFacts(_ renditions: [Rendition], retired: [Rendition] = []) -> RenditionFacts? {
    RenditionFacts(duration: 63.5, renditions: renditions, retired: retired, since: since)
}

private let ladder = [
    rendition("r0", 1080, average: 4_100_000), rendition("r1", 720, average: 1_500_000),
    rendition("r2", 432, average: 640_000), rendition("r3", 234, average: 131_000),
]

@Suite struct RenditionFactsTests {
    @Test func `What is written is read again`() throws {
        let written = try #require(
            makeFacts(Array(ladder.dropFirst()), retired: [rendition("r0", 1080, average: 16_000_000)]))
        #expect(RenditionFacts(reading: written.serialized()) == written)
        #expect(
            String(decoding: written.serialized(), as: UTF8.self).hasPrefix(
                "{\"version\":1,\"duration\":63.5,\"since\":1000000,\"renditions\":[{\"name\":\"r1\",\"width\":1280,"
            ))
    }

    @Test func `What no lesson can be is refused`() {
        #expect(makeFacts(ladder) != nil)
        #expect(makeFacts([]) == nil)
        #expect(makeFacts(ladder + [ladder[0]]) == nil)
        #expect(makeFacts(ladder, retired: [ladder[3]]) == nil)
        #expect(makeFacts([rendition("r0", 0, average: 1)]) == nil)
        #expect(makeFacts(ladder, retired: [rendition("r4", 720, average: 0)]) == nil)
        for duration in [0, -1, .nan, .infinity, 86_401] as [Double] {
            #expect(RenditionFacts(duration: duration, renditions: ladder, since: since) == nil)
        }
    }

    @Test(arguments: [
        ("\"version\":1", "\"version\":2"), ("\"version\":1", "\"version\":\"1\""), ("63.5", "0"),
        ("63.5", "null"),
        ("\"r1\"", "\"r16\""), ("\"r1\"", "\"../r1\""), ("\"r1\"", "\"r0\""), ("1280", "-1"),
        ("1280", "1280.5"),
        ("1000000", "-5"), ("avc1", "avc1\\n"), ("\"copy\":true", "\"copy\":1"),
        ("\"retired\":[]", "\"retired\":{}"),
        ("\"retired\":[]", "\"retired\":[{}]"), (",\"retired\":[]", ""),
        ("\"version\":1", "\"version\":1,\"version\":1"),
        ("}\n", "}\n}"), ("{", "[{"),
        ("\"retired\":[]", "\"retired\":[" + String(repeating: " ", count: 20_000) + "]"),
    ])
    func `A file that was not written by this program says nothing`(found: String, put: String) throws {
        let text = String(decoding: try #require(makeFacts(ladder)).serialized(), as: UTF8.self)
        let changed = text.replacing(found, with: put)
        #expect(changed != text)
        #expect(RenditionFacts(reading: Array(changed.utf8)) == nil)
        #expect(RenditionFacts(reading: Array(text.utf8).dropLast(3)) == nil)
        #expect(RenditionFacts(reading: []) == nil)
    }

    @Test(arguments: [
        (5000, ["r0", "r1", "r2", "r3"]), (1080, ["r0", "r1", "r2", "r3"]), (1079, ["r1", "r2", "r3"]),
        (720, ["r1", "r2", "r3"]), (431, ["r3"]), (234, ["r3"]), (233, ["r3"]), (1, ["r3"]),
    ])
    func `A height leaves what is no larger, and of what is all larger the lowest`(
        height: Int, left: [String]
    ) throws {
        #expect(try #require(makeFacts(ladder)).names(within: height).map(\.description) == left)
    }

    @Test func `Of renditions of one size the lowest rate is the lowest`() throws {
        let slides = [rendition("r0", 720, average: 300_000), rendition("r1", 720, average: 110_000)]
        #expect(try #require(makeFacts(slides)).names(within: 480).map(\.description) == ["r1"])
        #expect(try #require(makeFacts(slides)).names(within: 720).count == 2)
    }

    @Test func `An upright film is measured by its width`() throws {
        let upright = Rendition(
            name: .first, width: 720, height: 1280, frameRate: 30, bandwidth: 1, averageBandwidth: 1,
            codecs: "avc1", isCopy: true)
        let facts = try #require(makeFacts([upright, rendition("r1", 432, average: 1)]))
        #expect(facts.names(within: 720).contains(.first) && !facts.names(within: 719).contains(.first))
    }

    @Test func `Who watched the first rendition when it was alone goes on`() throws {
        let facts = try #require(makeFacts(ladder))
        #expect(facts.opens(.first, within: 480, issuedAt: since.seconds))
        #expect(!facts.opens(.first, within: 480, issuedAt: since.seconds + 1))
        #expect(!facts.opens(.first, within: 480, issuedAt: nil))
        let second = try #require(RenditionName(number: 1))
        #expect(!facts.opens(second, within: 480, issuedAt: since.seconds - 1000))
        #expect(facts.opens(second, within: 720, issuedAt: nil))
    }

    @Test func `A rendition that gave way opens to those alone who watched it before`() throws {
        let facts = try #require(makeFacts(Array(ladder.dropFirst()), retired: [ladder[0]]))
        #expect(facts.opens(.first, within: 1080, issuedAt: since.seconds - 10))
        #expect(!facts.opens(.first, within: 1080, issuedAt: since.seconds + 10))
    }
}
