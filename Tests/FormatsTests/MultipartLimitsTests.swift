import Domain
import Testing

@testable import Formats

@Suite("The multipart parser's limits")
struct MultipartLimitsTests {
    private static func body(parts: Int, header: String = "") -> [UInt8] {
        let part = "--XX\r\n\(header)Content-Disposition: form-data; name=a\r\n\r\nv\r\n"
        return Array((String(repeating: part, count: parts) + "--XX--").utf8)
    }

    @Test("let 32 parts through and not one more")
    func parts() throws {
        #expect(try EventRecorder.reading(Self.body(parts: 32)).count == 32)
        #expect(throws: Refusal.self) { try EventRecorder.reading(Self.body(parts: 33)) }
    }

    @Test("let a header of 8 KiB through and not one byte more", arguments: [Int.max, 1000, 1])
    func header(pieces: Int) throws {
        let fixed = "X: \r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8.count
        let filler = String(repeating: "x", count: 8192 - fixed)
        let most = Self.body(parts: 1, header: "X: \(filler)\r\n")
        #expect(try EventRecorder.reading(most, pieces: pieces).count == 1)
        let more = Self.body(parts: 1, header: "X: \(filler)x\r\n")
        #expect(throws: Refusal.self) { try EventRecorder.reading(more, pieces: pieces) }
    }

    @Test(
        "take every boundary of RFC 2046",
        arguments: [
            "a", "----WebKitFormBoundary7MA4YWxk", "'()+_,-./:=? x", String(repeating: "x", count: 70),
        ])
    func boundaries(boundary: String) throws {
        let body = Array("--\(boundary)--".utf8)
        #expect(try EventRecorder.reading(body, boundary: boundary).isEmpty)
    }

    @Test(
        "refuse every other boundary",
        arguments: [
            "", "a ", "a\"b", "a\r\nb", "a;b", "é", "a\tb", "a*", "\0", String(repeating: "x", count: 71),
        ])
    func notBoundaries(boundary: String) {
        let refusal = #expect(throws: Refusal.self) { try MultipartParser(boundary: boundary) }
        #expect(refusal?.code == .malformedRequest)
    }

    @Test(
        "of time hold for bodies made of near misses",
        arguments: [
            "\r\n--", "\r\n--AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "A",
            "\r", "\r\n",
            "\r\n--AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "-",
        ])
    func staysLinear(unit: String) throws {
        let search = try #require(BoundarySearch(boundary: String(repeating: "A", count: 70)))
        let piece = Array(String(repeating: unit, count: 100_000 / unit.utf8.count).utf8)
        var comparisons = 0
        for index in piece.indices { comparisons += search.matchedPrefix(of: piece.span, at: index) }
        // Even a comparison at every single byte reads each byte once at most.
        #expect(comparisons <= piece.count)
        #expect(search.firstMatch(in: piece.span, from: 0) == nil)
    }
}
