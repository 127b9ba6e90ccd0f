import Testing

@testable import Formats

@Suite("A Content-Type")
struct MediaTypeHeaderTests {
    @Test(
        "gives the boundary of a form",
        arguments: [
            ("multipart/form-data; boundary=----WebKitFormBoundaryAbC123", "----WebKitFormBoundaryAbC123"),
            ("Multipart/Form-Data;BOUNDARY=\"a b:c\"", "a b:c"),
            ("multipart/form-data; charset=utf-8 ; boundary=x ;", "x"),
            ("multipart/form-data;;boundary=\"a\\\"b\"", "a\"b"),
            ("multipart/form-data; boundary=a=b", "a=b"),
        ])
    func boundary(header: String, expected: String) {
        #expect(MediaTypeHeader(parsing: header)?.formDataBoundary == expected)
    }

    @Test(
        "gives none for another type or none at all",
        arguments: [
            "multipart/mixed; boundary=x", "application/json", "multipart/form-data", "text/plain; a=b",
        ])
    func noBoundary(header: String) throws {
        #expect(try #require(MediaTypeHeader(parsing: header)).formDataBoundary == nil)
    }

    @Test("is compared in lower case and keeps its parameters' case")
    func essence() throws {
        let header = try #require(MediaTypeHeader(parsing: " Video/MP4; Codecs=\"avc1.64001F, mp4a\" "))
        #expect(header.essence == "video/mp4")
        #expect(header.parameter("codecs") == "avc1.64001F, mp4a")
        #expect(header.parameter("charset") == nil)
    }

    @Test(
        "is refused where its syntax is broken or its boundary is given twice",
        arguments: [
            "", "multipart", "multipart/", "/form-data", "multipart/form-data boundary=x",
            "multipart/form-data; boundary", "multipart/form-data; boundary=", "multipart/form-data; =x",
            "multipart/form-data; boundary =x", "multipart/form-data; boundary= x",
            "multipart/form-data; boundary=\"x", "multipart/form-data; boundary=\"x\"y",
            "multipart/form-data; boundary=x y", "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=a; Boundary=a", "multipart/form-data, text/plain",
        ])
    func refuses(header: String) {
        #expect(MediaTypeHeader(parsing: header) == nil)
    }
}
