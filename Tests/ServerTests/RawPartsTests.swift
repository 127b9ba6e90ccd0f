import Domain
import Formats
import System
import Testing

@testable import Server

@Suite("What is read of a request as it was sent")
struct RawPartsTests {
    @Test(
        "is the first parameter of a name",
        arguments: [
            ("v=1", "1"), ("token=a&v=1", "1"), ("v=1&v=2", "1"), ("v=", ""), ("v=&token=a", ""),
            ("&&v=1", "1"),
            ("v=a=b", "a=b"), ("v=%20é", "%20é"),
        ])
    func first(query: String, value: String) {
        #expect(RawQuery.value(of: "v=", in: query) == value[...])
    }

    @Test(
        "is no parameter of another name", arguments: ["", "&", "v", "v&=1", "xv=1", "V=1", "%76=1", "a=v=1"])
    func others(query: String) {
        #expect(RawQuery.value(of: "v=", in: query) == nil)
    }

    @Test(
        "are the credentials of a header",
        arguments: [
            ("Bearer abc", "abc"), ("bearer   abc", "abc"), ("BEARER a b", "a b"), ("Bearer  ", ""),
        ])
    func credentials(header: String, token: String) {
        #expect(BearerToken.ofHeader(request(header)) == token[...])
    }

    @Test(
        "are no credentials of another kind",
        arguments: ["", "Bearer", "Bearer ", "Basic abcdefg", "Bearer\tabc"])
    func otherCredentials(header: String) {
        #expect(BearerToken.ofHeader(request(header)) == nil)
    }

    @Test(
        "is the route of exactly its path",
        arguments: [
            ("/a/x", "/a/{id}"), ("/a/", "/a/{id}"), ("/a/b", "/a/b"), ("/", "/"), ("/a/%2f", "/a/{id}"),
            ("/A/x", nil), ("/a", nil), ("/a/x/", nil), ("//x", nil), ("a/x", nil), ("", nil),
            ("/a\u{301}/x", nil),
            ("/\u{212A}", nil), ("/K", "/K"), ("/1/2/3/4/5/6/7/8/9", nil),
        ] as [(String, String?)])
    func routes(path: String, pattern: String?) {
        let router = Router(
            ["/a/b", "/a/{id}", "/K", "/"].map {
                Route([.get], $0, .open { _ in HTTPResponse(status: 200) })
            },
            metrics: { _ in .none })
        guard case .route(let entry, let parameters) = router.match(.get, path) else {
            #expect(pattern == nil)
            return
        }
        #expect(entry.route.pattern.text == pattern)
        #expect(parameters.raw("id") == (parameters.has("id") ? path.dropFirst(3) : ""))
    }

    @Test(
        "are a height of whole pixels",
        arguments: [("1", 1), ("480", 480), ("480.0", 480), ("0480", 480), ("99999999999999999999", 65_535)])
    func heights(text: String, pixels: Int) throws {
        #expect(try QueryParameters.maxHeight(text) == pixels)
        #expect(try QueryParameters(parsing: "max_height=\(text)").maxHeight() == pixels)
    }

    @Test(
        "are refused where a height is no whole number of pixels",
        arguments: [
            "", "0", "0.0", "-1", "+480", "480.5", "480p", "4e2", "0x1e0", " 480", "480,720", "٤٨٠", "null",
        ])
    func otherHeights(text: String) {
        let refusal = #expect(throws: Refusal.self) { try QueryParameters.maxHeight(text) }
        #expect(refusal?.code == .malformedRequest && refusal?.field == "max_height")
    }

    @Test("are no height where none is given") func noHeight() throws {
        #expect(try QueryParameters.maxHeight(String?.none) == nil)
        #expect(try QueryParameters(parsing: "height=5").maxHeight() == nil)
        #expect(throws: Refusal.self) {
            try QueryParameters(parsing: "max_height=1&max_height=2").maxHeight()
        }
    }

    private func request(_ authorization: String) -> HTTPRequest {
        var request = HTTPRequest(method: "GET", target: "/")
        request.authorization = authorization
        return request
    }
}

extension RouteMetrics {
    fileprivate static var none: RouteMetrics { RequestMetrics([]).route("") }
}
