import Crypto
import Formats
import Testing

@testable import MediaProtocol

@Suite struct MediaOrderTests {
    static let options = ConversionOptions(
        segmentSeconds: 4.5, preset: "slow", crf: 20, maxHeight: 720, threads: 3, isStored: true)

    @Test(arguments: [
        MediaOrder.probe(source: "/a \"b\"\n/film.mp4"), .plan(source: "/film", options: options),
        .convert(source: "/film", directory: "/out", key: .random(), options: options),
        .present(source: "/film", output: "/out", poster: "/poster"), .describe,
    ])
    func `An order arrives as it was given, on one line`(order: MediaOrder) throws {
        let line = order.json.serialized()
        #expect(!line.contains(UInt8(ascii: "\n")))
        let read = try #require(MediaOrder(try JSONValue.parse(line)))
        #expect(read.json == order.json)
        #expect(MediaOrder.isOfThisVersion(order.json))
    }

    @Test(arguments: [
        "{}", #"{"order":"probe"}"#, #"{"order":"erase","source":"/"}"#,
        #"{"order":"plan","source":"/film"}"#,
        #"{"order":"convert","source":"/film","directory":"/out","key":[1,2],"options":{}}"#, "[]",
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
