import Crypto
import Domain
import Formats
import Testing

@testable import MediaProtocol

@Suite struct MediaOrderTests {
    static let options = ConversionOptions(
        segmentSeconds: 4.5, preset: "slow", crf: 20, maxHeight: 720, threads: 3, isStored: true,
        ladder: .standard)
    private static let second = RenditionName.all[1]
    private static let renditions = RenditionsOrder(
        source: .file("/film"), lesson: "/lesson", directory: "/out",
        keys: [.first: .random(), second: .random()], options: options)

    @Test(arguments: [
        MediaOrder.probe(source: "/a \"b\"\n/film.mp4"), .plan(source: "/film", options: options),
        .convert(source: "/film", directory: "/out", key: .random(), options: options),
        .renditions(renditions),
        .renditions(
            RenditionsOrder(source: .segments, lesson: "/l", directory: "/o", keys: [:], options: options)),
        .present(source: "/film", output: "/out", poster: "/poster"), .describe,
    ])
    func `An order arrives as it was given, on one line`(order: MediaOrder) throws {
        let line = order.json.serialized()
        #expect(!line.contains(UInt8(ascii: "\n")))
        let read = try #require(MediaOrder(try JSONValue.parse(line)))
        #expect(read.json == order.json)
        #expect(read == order)
        #expect(MediaOrder.isOfThisVersion(order.json))
    }

    @Test func `An order for renditions arrives member by member`() throws {
        let line = MediaOrder.renditions(Self.renditions).json.serialized()
        guard case .renditions(let read)? = MediaOrder(try JSONValue.parse(line)) else {
            Issue.record("no order for renditions")
            return
        }
        #expect(read.source == .file("/film"))
        #expect(read.lesson == "/lesson" && read.directory == "/out")
        #expect(read.keys == Self.renditions.keys)
        #expect(read.options.ladder == .standard)
    }

    private static let measured = Rendition(
        name: second, width: 768, height: 432, frameRate: 29.97, bandwidth: 900_000,
        averageBandwidth: 640_000, codecs: "avc1.64001E,mp4a.40.2", isCopy: false)

    @Test func `What became of renditions arrives as it was told`() throws {
        let result = RenditionsResult(
            renditions: [Self.measured], firstGivesWay: true, duration: 12.5, plan: "r1: made")
        #expect(RenditionsResult(try JSONValue.parse(result.json.serialized())) == result)
        let planned = PlannedRendition(name: Self.second, width: 4, height: 2, frameRate: 15)
        #expect(PlannedRendition(try JSONValue.parse(planned.json.serialized())) == planned)
    }

    @Test(
        arguments: [
            ("codecs", .string("avc1\"\n#EXT-X-KEY:METHOD=NONE")), ("codecs", .string("")),
            ("name", .string("r16")),
            ("width", .integer(0)), ("height", .integer(100_000)), ("frame_rate", .number(-1)),
            ("bandwidth", .integer(0)), ("average_bandwidth", .integer(900_001)), ("is_copy", .null),
        ] as [(String, JSONValue)])
    func `A rendition that cannot be is not believed`(member: String, value: JSONValue) throws {
        guard case .object(var members) = Self.measured.json else { return }
        #expect(Rendition(.object(members)) == Self.measured)
        for index in members.indices where members[index].key == member {
            members[index] = .init(member, value)
        }
        #expect(Rendition(.object(members)) == nil)
    }

    @Test func `Of two renditions of one name, or of none, nothing is believed`() {
        for renditions in [[], [Self.measured, Self.measured]] {
            let result = RenditionsResult(
                renditions: renditions, firstGivesWay: true, duration: 1, plan: "")
            #expect(RenditionsResult(result.json) == nil)
        }
        let stays = RenditionsResult(
            renditions: [Self.measured], firstGivesWay: false, duration: 1, plan: "")
        #expect(RenditionsResult(stays.json) == nil)
    }

    @Test(arguments: [
        "{}", #"{"order":"probe"}"#, #"{"order":"erase","source":"/"}"#,
        #"{"order":"plan","source":"/film"}"#,
        #"{"order":"convert","source":"/film","directory":"/out","key":[1,2],"options":{}}"#, "[]",
        #"{"order":"renditions","source":null,"lesson":"/l","directory":"/o","keys":{"r0":[1]},"options":{}}"#,
    ])
    func `What is no order is refused`(text: String) throws {
        #expect(MediaOrder(try JSONValue.parse(Array(text.utf8))) == nil)
    }

    @Test(arguments: [#"{"order":"describe"}"#, #"{"version":0}"#, #"{"version":"1"}"#, "[1]"])
    func `An order of no version, or of another, is told apart`(text: String) throws {
        #expect(!MediaOrder.isOfThisVersion(try JSONValue.parse(Array(text.utf8))))
    }

    @Test func `Lines are cut wherever the pieces end, and none grows for ever`() {
        var buffer = LineBuffer(maxBytes: 4)
        #expect(buffer.lines(adding: Array("ab".utf8)) == [])
        #expect(buffer.lines(adding: Array("c\n\nde".utf8)) == [Array("abc".utf8), []])
        #expect(buffer.lines(adding: Array("fgh".utf8)) == nil)
    }
}
