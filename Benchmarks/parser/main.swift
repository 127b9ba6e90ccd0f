// The speed of the parsers that see every byte: the multipart parser on what videos look like and on what an
// attacker would send.

import Domain
import Formats

let megabyte = 1 << 20
let total = 64 * megabyte
let boundaries = [
    "browser": "----WebKitFormBoundary7MA4YWxkTrZu0gW", "curl": "------------------------d74496d66958873e",
    "shortest": "x",
]

func pieces(_ unit: [UInt8], of size: Int) -> [UInt8] {
    Array((0..<size).lazy.map { unit[$0 % unit.count] })
}

func upload(_ name: String, boundary: String, piece: [UInt8]) throws(Refusal) {
    let head = Array("--\(boundary)\r\nContent-Disposition: form-data; name=v; filename=v.mp4\r\n\r\n".utf8)
    let tail = Array("\r\n--\(boundary)--\r\n".utf8)
    var failure: Refusal?
    Measurement(name: name, bytes: total).run {
        do throws(Refusal) {
            var handler = CountingHandler()
            var parser = try MultipartParser(boundary: boundary)
            try parser.consume(head.span, &handler)
            for _ in 0..<total / piece.count { try parser.consume(piece.span, &handler) }
            try parser.consume(tail.span, &handler)
            try parser.finish()
            precondition(handler.parts == 1 && handler.bytes >= total / piece.count * piece.count)
        } catch { failure = error }
    }
    if let failure { throw failure }
}

var generator = SystemRandomNumberGenerator()
let noise = (0..<megabyte).map { _ in UInt8.random(in: 0...255, using: &generator) }
for (name, boundary) in boundaries.sorted(by: { $0.key < $1.key }) {
    for size in [65536, megabyte] {
        try upload("multipart, \(name), \(size >> 10) KiB", boundary: boundary, piece: Array(noise[..<size]))
    }
}
let hostile = String(repeating: "A", count: 70)
for (boundary, units) in [
    (hostile, ["\r\n--", "\r\n--" + hostile.dropLast(), "A", "\r"]),
    ("x", ["\r\n--", "\r\n-yx", "x", "-", "\r"]),
] {
    for unit in units {
        let name = unit.utf8.count > 5 ? "all but the last byte" : unit.debugDescription
        let piece = pieces(Array(unit.utf8), of: 65536)
        let title = "multipart, boundary \(boundary.prefix(1)) × \(boundary.count), film of \(name)"
        try upload(title, boundary: boundary, piece: piece)
    }
}

// Three hours of video in segments of six seconds, with a grant as long as ours are.
let segments = (0..<1800).map { number in
    let digits = String(number + 10000).dropFirst()
    return MediaPlaylist.Segment(name: "segment_\(digits).ts", duration: .seconds(6))
}
let playlist = MediaPlaylist(segments: segments, targetDuration: .seconds(6), keyName: "enc.key").serialized()
let grant = Array("?token=\(String(repeating: "x", count: 360))&v=0123456789abcdef".utf8)
let base = Array("https://server.example.com/mobile/hls2/trainer-1/course-1/module-1/lesson-1/".utf8)
for (name, rule) in [
    ("mobile", URIRule.mobile(base: base, suffix: grant)),
    ("relative", URIRule.relative(version: Array("0123456789abcdef".utf8))),
] {
    let rewriter = PlaylistRewriter(rule)
    Measurement(name: "playlist of 1800 segments, \(name)", bytes: playlist.count).run(rounds: 50) {
        precondition(rewriter.rewrite(playlist).count > playlist.count)
    }
}
Measurement(name: "facts of 1800 segments", bytes: playlist.count).run(rounds: 50) {
    precondition(PlaylistFacts(reading: playlist)?.segmentCount == 1800)
}
