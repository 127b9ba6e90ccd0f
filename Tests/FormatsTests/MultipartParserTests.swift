import Domain
import Testing

@testable import Formats

@Suite("The multipart parser")
struct MultipartParserTests {
    private static let head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

    private static func read(_ body: String, pieces: Int = .max) throws(Refusal) -> [String] {
        try EventRecorder.reading(Array(body.utf8), pieces: pieces).map {
            "\($0.header.name)=\(String(decoding: $0.bytes, as: UTF8.self))\($0.isWhole ? "" : "…")"
        }
    }

    @Test("hands on every part with its name, file name and type")
    func readsParts() throws {
        let body = """
            --XX\r\nContent-Disposition: form-data; name="lesson_id"\r\n\r\nl-1\r\n\
            --XX\r\ncontent-type: Video/MP4\r\nX-Other: 1\r\n\
            CONTENT-DISPOSITION: form-data; name=video; filename="Leçon.mp4"\r\n\r\n\0\r\n\r\n--X\r\n\r\n--XX--\r\n
            """
        let parts = try EventRecorder.reading(Array(body.utf8))
        #expect(parts.map(\.header.name) == ["lesson_id", "video"])
        #expect(parts.map(\.header.filename) == [nil, "Leçon.mp4"])
        #expect(parts.map(\.header.contentType?.essence) == [nil, "video/mp4"])
        #expect(parts.map { String(decoding: $0.bytes, as: UTF8.self) } == ["l-1", "\0\r\n\r\n--X\r\n"])
        #expect(parts.map(\.isWhole) == [true, true])
    }

    @Test(
        "takes what the grammar allows",
        arguments: [
            ("--XX\r\n\(head)v\r\n--XX--", ["a=v"]),
            ("--XX\r\n\(head)v\r\n--XX--\r\nepilogue\r\n--XX\r\nnothing", ["a=v"]),
            ("preamble\r\n--X\r\n--XX\r\n\(head)v\r\n--XX--", ["a=v"]),
            ("\r\n--XX\r\n\(head)v\r\n--XX--", ["a=v"]),
            ("--XX \t \r\n\(head)v\r\n--XX\t\r\n\(head)w\r\n--XX-- \t", ["a=v", "a=w"]),
            ("--XX\r\n\(head)\r\n--XX--", ["a="]),
            // RFC 2046's body-part may stop behind its header, without the blank line's own end.
            ("--XX\r\n\(head)--XX--", ["a="]),
            ("--XX\r\n\(head)--X\r\n--XX--", ["a=--X"]),
            ("--XX\r\n\(head)--XX\r\n\(head)\r\n\r\n--XX--", ["a=", "a=\r\n"]),
            ("--XX\r\n\(head)\r\r\n\r\n--XX--", ["a=\r\r\n"]),
            ("--XX\r\n\(head)\n--XX\n--XX--\r--XX\r\n--XX--", ["a=\n--XX\n--XX--\r--XX"]),
            ("--XX--", []),
            ("preamble\r\n--XX--epilogue", []),
        ])
    func accepts(body: String, parts: [String]) throws {
        #expect(try Self.read(body) == parts)
        #expect(try Self.read(body, pieces: 1) == parts)
    }

    @Test(
        "refuses a body that breaks off or breaks the grammar",
        arguments: [
            "", "no boundary", "--XX", "--XX-", "--XX\r\n", "--XX\r\n\(head)", "--XX\r\n\(head)v",
            "--XX\r\n\(head)v\r\n--XX", "--XX\r\n\(head)v\r\n--XX-", "--XX\r\n\(head)v\r\n--XX\r\n",
            "--XX\r\n\(head)v\n--XX--", "--XX\r\n\(head)v\r--XX--", "--XX\r\n\(head)v--XX--", "-XX--",
            " --XX--",
            "--XXX\r\n\(head)v\r\n--XX--", "--XX\n\(head)v\r\n--XX--", "--XX\r\r\n\(head)v\r\n--XX--",
            "--XX -\r\n\(head)v\r\n--XX--", "--XX-x\r\n\(head)v\r\n--XX--", "--XX- -\r\n",
            "--XX\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Type: text/plain\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=a\n\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=a\r\n\nX: y\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=a\rX: y\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nv\r\n--XX--",
            "--XX\r\nContent-Disposition : form-data; name=a\r\n\r\nv\r\n--XX--",
            "--XX\r\nbroken\r\n\(head)v\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=b\r\n\(head)v\r\n--XX--",
            "--XX\r\nContent-Transfer-Encoding: base64\r\n\(head)v\r\n--XX--",
        ])
    func refuses(body: String) {
        for pieces in [Int.max, 1] {
            let refusal = #expect(throws: Refusal.self) { try Self.read(body, pieces: pieces) }
            #expect(refusal?.code == .malformedRequest)
        }
    }

    @Test(
        "reads the same from pieces of any size, cut anywhere",
        arguments: ["XX", "--", "-", "----WebKitFormBoundaryA"])
    func splitsAnywhere(boundary: String) throws {
        let near = "\r\n--\(boundary.dropLast())\r\r\n\r\n--\r\n-\n--\(boundary)"
        let body = Array(
            """
            preamble \(near.dropLast(boundary.utf8.count))\r\n--\(boundary)  \r\n\(Self.head)v\r\n\
            --\(boundary)\r\n\(Self.head)\(near)\r\n--\(boundary)\r\n\(Self.head)\r\n--\(boundary)--\r\n--\(boundary)!
            """.utf8)
        let whole = try EventRecorder.reading(body, boundary: boundary)
        #expect(whole.count == 3)
        #expect(whole[1].bytes == Array(near.utf8))
        for size in 1...body.count {
            #expect(try EventRecorder.reading(body, boundary: boundary, first: size) == whole)
            #expect(try EventRecorder.reading(body, boundary: boundary, pieces: size) == whole)
            #expect(try EventRecorder.reading(body, boundary: boundary, first: size, pieces: 1) == whole)
        }
    }

    @Test("knows a truncated body at every byte")
    func refusesTruncation() throws {
        let body = Array("--XX\r\n\(Self.head)v\r\n--XX\r\n\(Self.head)w\r\n--XX--".utf8)
        #expect(try EventRecorder.reading(body).count == 2)
        for count in 0..<body.count {
            #expect(throws: Refusal.self) { try EventRecorder.reading(Array(body.prefix(count))) }
        }
    }

    @Test("hands a large part on in the pieces it came in")
    func copiesNothing() throws {
        var recorder = EventRecorder()
        var parser = try MultipartParser(boundary: "XX")
        try parser.consume(Array("--XX\r\n\(Self.head)".utf8).span, &recorder)
        let piece = [UInt8](repeating: UInt8(ascii: "A"), count: 65536)
        for _ in 0..<4 { try parser.consume(piece.span, &recorder) }
        #expect(recorder.pieces == 4)
        #expect(recorder.parts[0].bytes.count == 4 * piece.count)
    }

    @Test("passes a handler's own refusal through")
    func passesRefusals() throws {
        let full = Refusal(.insufficientStorage, "The disk is full.")
        var recorder = EventRecorder(refusal: full)
        var parser = try MultipartParser(boundary: "XX")
        let body = Array("--XX\r\n\(Self.head)v\r\n--XX--".utf8)
        #expect(throws: full) { try parser.consume(body.span, &recorder) }
    }
}
