import Formats
import Glibc
import Testing

@testable import FastCGI

@Suite struct ParametersTests {
    /// The request of parameters as libfcgi holds them.
    private func request(_ parameters: String...) throws -> HTTPRequest {
        var strings = parameters.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        return try #require(Parameters.request(&strings))
    }

    @Test func areARequest() throws {
        let request = try request(
            "REQUEST_METHOD=GET", "REQUEST_URI=/hls2/t/c/m/l/s.ts?v=1&token=a=b?c", "REMOTE_ADDR=192.0.2.1",
            "REQUEST_ID=0123456789abcdef0123456789abcdef", "HTTP_AUTHORIZATION=Bearer x",
            "HTTP_REFERER=https://learner.example.com/", "HTTP_ORIGIN=https://learner.example.com",
            "CONTENT_TYPE=text/plain", "CONTENT_LENGTH=17", "DECISION_SECONDS=5", "HTTP_TUS_RESUMABLE=1.0.0",
            "BODY_UNBUFFERED=1")
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
        #expect(request.isUnbuffered)
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
        #expect(!request.isUnbuffered)
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

    @Test func ofNobodyAreNoRequest() {
        #expect(Parameters.request(nil)?.path == nil)
    }
}
