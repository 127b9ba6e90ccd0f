import Domain
import Testing

@testable import Formats

@Suite("A part's Content-Disposition")
struct ContentDispositionTests {
    @Test(
        "is read the way browsers and libraries write it",
        arguments: [
            (#"form-data; name="video"; filename="a.mp4""#, "a.mp4"),
            (#"Form-Data;NAME="video";FileName=a.mp4"#, "a.mp4"),
            (#"form-data; name="video"; filename="Leçon 1; \"x\", y.mp4""#, #"Leçon 1; "x", y.mp4"#),
            (#"form-data; name="video"; filename="a%22b%0d%0A.mp4""#, "a\"b\r\n.mp4"),
            (#"form-data; name="video"; filename="100%25 %41.mp4""#, "100%25 %41.mp4"),
            (#"form-data; name="video"; filename="%2""#, "%2"),
            (#"form-data; name="video"; filename="C:\Users\a.mp4""#, #"C:\Users\a.mp4"#),
            (#"form-data; name="video"; filename="C:\\Users\\a.mp4""#, #"C:\Users\a.mp4"#),
            (#"form-data; name="video"; filename*=UTF-8''Le%C3%A7on%201.mp4"#, "Leçon 1.mp4"),
            (#"form-data; name="video"; filename*=utf-8'fr'%e2%82%ac.mp4; filename="x.mp4""#, "€.mp4"),
            (#"form-data; name="video"; filename="x.mp4"; filename*=iso-8859-1''caf%E9.mp4"#, "café.mp4"),
            (#"form-data; name="video"; filename="""#, ""),
            (#"form-data; name="video"; name*=UTF-8''other; filename="a""#, "a"),
            (#"form-data; name="video""#, nil),
        ])
    func reads(header: String, filename: String?) throws {
        let disposition = try #require(ContentDisposition(parsing: header))
        #expect(disposition.type == "form-data")
        #expect(disposition.name == "video")
        #expect(disposition.filename == filename)
    }

    @Test("may have no name, which its reader judges")
    func readsNameless() throws {
        let disposition = try #require(ContentDisposition(parsing: "attachment"))
        #expect(disposition == ContentDisposition(parsing: " ATTACHMENT ; "))
        #expect(disposition.name == nil)
    }

    @Test(
        "is refused where it is broken or ambiguous",
        arguments: [
            "", ";name=a", "form-data name=a", #"form-data; name="a"#, #"form-data; name="a"b"#,
            #"form-data; name="a"; name="b""#, #"form-data; name="a"; filename="x"; filename="y""#,
            "form-data; name=", "form-data; name", "form-data; name=a; filename*=x",
            "form-data; name=a; filename*=UTF-8''%ff", "form-data; name=a; filename*=UTF-8''%4",
            "form-data; name=a; filename*=koi8-r''%C1", #"form-data; name="a\""#,
        ])
    func refuses(header: String) {
        #expect(ContentDisposition(parsing: header) == nil)
    }

    @Test("is refused where a name is no UTF-8")
    func refusesInvalidUTF8() {
        let bytes = Array("form-data; name=\"".utf8) + [0xE9] + Array("\"".utf8)
        #expect(ContentDisposition(parsing: bytes[...]) == nil)
    }

    @Test(
        "of an answer names the file for old and for new clients",
        arguments: [
            ("a b.mp4", #"attachment; filename="a b.mp4""#),
            ("Leçon 1.mp4", #"attachment; filename="Lecon 1.mp4"; filename*=UTF-8''Le%C3%A7on%201.mp4"#),
            ("100%.mp4", #"attachment; filename="100_.mp4"; filename*=UTF-8''100%25.mp4"#),
            ("日本.mp4", #"attachment; filename="__.mp4"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.mp4"#),
            ("a';b.mp4", #"attachment; filename="a';b.mp4""#),
        ])
    func writes(name: String, header: String) throws {
        let filename = try #require(Filename(name))
        #expect(ContentDisposition.header(.attachment, filename: filename) == header)
    }

    @Test(
        "of an answer is read back as it was meant",
        arguments: ["a.mp4", "é%22.mp4", "a' (b);c=d.mp4", "😀.ts"])
    func roundTrip(name: String) throws {
        let filename = try #require(Filename(name))
        let header = ContentDisposition.header(.inline, filename: filename)
        #expect(ContentDisposition(parsing: header)?.type == "inline")
        #expect(ContentDisposition(parsing: header)?.filename == name)
    }
}
