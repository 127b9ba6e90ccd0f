import Formats
import Glibc
import Testing

@testable import FastCGI

@Suite struct ParametersTests {
    /// The request of parameters as they are on the wire; long ones with four bytes of length.
    private func request(_ parameters: String...) throws -> HTTPRequest {
        let pairs = parameters.map {
            $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        }
        let bytes = pairs.flatMap { pair in encoded(pair[0], pair.count > 1 ? pair[1] : "") }
        return try #require(bytes.withUnsafeBytes { Parameters.request($0) })
    }

    private func encoded(_ name: Substring, _ value: Substring) -> [UInt8] {
        length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
    }

    private func length(_ count: Int) -> [UInt8] {
        count < 128
            ? [UInt8(count)]
            : [
                UInt8(count >> 24 | 0x80), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255),
                UInt8(count & 255),
            ]
    }

    @Test func areARequest() throws {
        let request = try request(
            "REQUEST_METHOD=GET", "REQUEST_URI=/hls2/t/c/m/l/s.ts?v=1&token=a=b?c", "REMOTE_ADDR=192.0.2.1",
            "REQUEST_ID=0123456789abcdef0123456789abcdef", "HTTP_AUTHORIZATION=Bearer x",
            "HTTP_REFERER=https://learner.example.com/", "HTTP_ORIGIN=https://learner.example.com",
            "CONTENT_TYPE=text/plain", "CONTENT_LENGTH=17", "DECISION_SECONDS=5", "HTTP_TUS_RESUMABLE=1.0.0")
        #expect(request.method == "GET")
        #expect(request.path == "/hls2/t/c/m/l/s.ts")
        #expect(request.query == "v=1&token=a=b?c")
        #expect(request.remoteAddress == "192.0.2.1")
        #expect(request.requestID == "0123456789abcdef0123456789abcdef")
        #expect(request.authorization == "Bearer x")
        #expect(request.referer == "https://learner.example.com/")
        #expect(request.origin == "https://learner.example.com")
        #expect(request.contentType == "text/plain")
        #expect(request.contentLength == 17)
        #expect(request.decisionSeconds == 5)
        #expect(request.tus?.version == "1.0.0")
    }

    @Test func withoutAValueAreNone() throws {
        let request = try request(
            "REQUEST_METHOD=", "REQUEST_URI=", "HTTP_AUTHORIZATION=", "HTTP_REFERER=", "HTTP_ORIGIN", "=x",
            "CONTENT_LENGTH=", "DECISION_SECONDS=61", "HTTP_TUS_RESUMABLE=")
        #expect(request.method.isEmpty && request.path.isEmpty && request.query.isEmpty)
        #expect(request.authorization == nil)
        #expect(request.referer == nil)
        #expect(request.origin == nil)
        #expect(request.contentLength == nil)
        #expect(request.decisionSeconds == nil)
        #expect(request.tus == nil)
    }

    @Test(arguments: [
        ("0", 0), ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("-1", nil),
        ("-9223372036854775808", nil), ("1e3", nil), (" 1", nil),
    ])
    func haveALengthThatIsACountOfBytesOrNone(text: String, length: Int?) throws {
        #expect(try request("CONTENT_LENGTH=\(text)").contentLength == length)
    }

    @Test(arguments: [
        ("/a", "/a", ""), ("/a?", "/a", ""), ("/a??b", "/a", "?b"), ("?", "", ""), ("/a%3Fb", "/a%3Fb", ""),
    ])
    func splitTheTargetAtTheFirstQuestionMark(target: String, path: String, query: String) throws {
        let request = try request("REQUEST_URI=\(target)")
        #expect(request.path == path)
        #expect(request.query == query)
        let same = HTTPRequest(method: "GET", target: target)
        #expect(same.path == path && same.query == query)
    }

    @Test func mayBeLong() throws {
        let path = "/" + String(repeating: "a", count: 20_000)
        #expect(try request("REQUEST_URI=\(path)").path == path)
    }

    /// Two lengths of a pair, of which one or their sum leads beyond the end, and what follows them.
    private static let hostileLengths: [[UInt8]] = [
        [0xC0, 0, 0, 0, 0xC0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFE, 0, 0x41], [1, 0xFF, 0xFF, 0xFF, 0xFD, 0x41], [0x80], [0xFF, 0xFF], [1],
        [3, 1, 0x41],
        [0x80, 0, 0, 1, 0x80, 0, 0, 1, 0x41], [12, 0],
    ]

    @Test(arguments: hostileLengths)
    func withALengthThatLeadsBeyondTheEndAreNoRequest(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { Parameters.request($0) } == nil)
        let behindAGoodPair = encoded("REQUEST_METHOD", "GET") + bytes
        #expect(behindAGoodPair.withUnsafeBytes { Parameters.request($0) } == nil)
    }
}
