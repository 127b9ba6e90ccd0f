import Domain
import Formats
import Testing

@testable import MediaProtocol

/// What a media process says arrives member by member: every value here differs from every other, so that a member which is
/// written from another property, or not read, is seen.
@Suite struct MediaReplyTests {
    private static let first = Rendition(
        name: .first, width: 768, height: 432, frameRate: 29.97, bandwidth: 900_000,
        averageBandwidth: 640_000, codecs: "avc1.64001E,mp4a.40.2", isCopy: true)

    private static func error(
        _ kind: MediaError.Kind, code: MediaErrorCode? = nil, detail: String? = nil, rule: String? = nil
    ) -> MediaError {
        var error = MediaError(kind, "No \"video\".\n", operation: "av_read_frame", code: code, rule: rule)
        error.detail = detail
        return error
    }

    @Test(
        arguments: [
            .planned(duration: 12.5), .planned(duration: 0), .progress(0.25), .progress(1),
            .renditions([]),
            .renditions([
                PlannedRendition(name: .first, width: 4, height: 2, frameRate: 15),
                PlannedRendition(name: RenditionName.all[1], width: 8, height: 6, frameRate: 29.97),
            ]),
            .renditionProgress(RenditionName.all[2], 0.5), .log("a \"line\" of libav's\n"),
            .finished(["a": .array([.integer(1), .null])]),
            .failed(error(.unsupported)),
            .failed(
                error(
                    .invalidOutput, code: MediaErrorCode(rawValue: -22, text: "Invalid argument"),
                    detail: "moov atom not found", rule: "iframe")),
            .failed(error(.crashed, detail: "signal 11")),
        ] as [MediaReply])
    func `A reply arrives as it was given, on one line`(reply: MediaReply) throws {
        let line = reply.json.serialized()
        #expect(!line.contains(UInt8(ascii: "\n")))
        #expect(MediaReply(try JSONValue.parse(line)) == reply)
    }

    @Test(arguments: [
        "{}", "[]", "null", #"{"other":1}"#, #"{"progress":0.5,"log":"both"}"#, #"{"progress":1.5}"#,
        #"{"progress":-0.1}"#, #"{"progress":"1"}"#, #"{"planned":-1}"#, #"{"planned":360001}"#,
        #"{"log":1}"#, #"{"failed":{"kind":"strange","message":"m","operation":"o"}}"#,
        #"{"failed":{"kind":"internal","operation":"o"}}"#, #"{"renditions":{}}"#,
        #"{"renditions":[{"name":"r0"}]}"#, #"{"rendition_progress":{"name":"r0","share":2}}"#,
        #"{"rendition_progress":{"name":"film","share":0.5}}"#,
    ])
    func `What is no reply is refused`(text: String) throws {
        #expect(MediaReply(try JSONValue.parse(Array(text.utf8))) == nil)
    }

    private static func result(audio: String?, poster: String?, isComplete: Bool) -> ConversionResult {
        var result = ConversionResult(
            duration: 12.5, segments: 3, bytes: 70_000, videoCodec: "avc1.64001f", audioCodec: audio,
            width: 1280, height: 720, plan: "video: copy\naudio: none", rendition: first,
            isComplete: isComplete)
        result.posterFailure = poster
        return result
    }

    @Test(arguments: [
        result(audio: "mp4a.40.2", poster: nil, isComplete: true),
        result(audio: nil, poster: "no picture", isComplete: false),
    ])
    func `A conversion's result arrives member by member`(result: ConversionResult) throws {
        #expect(ConversionResult(try JSONValue.parse(result.json.serialized())) == result)
    }

    @Test(
        arguments: [
            ("duration", .number(-1)), ("duration", .number(1e9)), ("segments", .integer(-1)),
            ("bytes", .null), ("video_codec", .null), ("width", .integer(-2)), ("height", .string("720")),
            ("plan", .null), ("is_complete", .integer(1)), ("rendition", .null),
        ] as [(String, JSONValue)])
    func `A conversion's result that cannot be is not believed`(member: String, value: JSONValue) throws {
        let good = Self.result(audio: nil, poster: nil, isComplete: true)
        guard case .object(let members) = good.json else { return }
        let spoilt = members.map { $0.key == member ? JSONValue.Member(member, value) : $0 }
        #expect(ConversionResult(.object(members)) == good)
        #expect(ConversionResult(.object(spoilt)) == nil)
    }

    @Test(arguments: [
        PresentationResult(
            fileExtension: "mp4", isRewritten: true, fastStartFailure: "no moov", posterFailure: nil),
        PresentationResult(
            fileExtension: "webm", isRewritten: false, fastStartFailure: nil, posterFailure: "black"),
    ])
    func `A presentation's result arrives member by member`(result: PresentationResult) throws {
        #expect(PresentationResult(try JSONValue.parse(result.json.serialized())) == result)
        #expect(PresentationResult(["file_extension": "mp4"]) == nil)
    }

    @Test func `What is known of the libraries arrives member by member`() throws {
        let facts = LibraryFacts(
            versions: ["libavformat 59.27.100", "libavcodec 59.37.100"], encoders: ["aac"])
        #expect(LibraryFacts(try JSONValue.parse(facts.json.serialized())) == facts)
        #expect(LibraryFacts(["versions": .array([])]) == nil)
    }
}
