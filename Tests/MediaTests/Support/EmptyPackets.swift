import Foundation
import Testing

/// Makes an AVI film one of a higher rate whose new pictures are empty, as recorders mark a picture that stayed the same
/// (OpenDML: a chunk of no bytes). ffmpeg writes none.
enum EmptyPackets {
    /// `film`, with one stream and an index at its end, with `count` empty packets behind each picture.
    static func between(_ film: Data, count: Int) throws -> Data {
        let bytes = [UInt8](film)
        func number(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let movi = try #require(film.range(of: Data("movi".utf8))).lowerBound
        var (place, content): (Int, [UInt8]) = (movi + 4, [])
        let end = movi + number(movi - 4)
        while place + 8 <= end {
            let next = min(end, place + 8 + (number(place + 4) + 1) / 2 * 2)
            content += bytes[place..<next]
            for _ in 0..<count { content += Array("00dc".utf8) + little(0) }
            place = next
        }
        // The rate stands in the stream's header, twenty-four bytes behind its type, and the index is left out.
        var head = Array(bytes[..<(movi - 4)])
        let header = try #require(film.range(of: Data("vids".utf8))).lowerBound
        let rate = header + 24
        head.replaceSubrange(rate..<rate + 4, with: little(number(rate) * (count + 1)))
        head.replaceSubrange(rate + 8..<rate + 12, with: little(number(rate + 8) * (count + 1)))
        let file = head + little(content.count + 4) + Array("movi".utf8) + content
        return Data(file[..<4] + little(file.count - 8) + file[8...])
    }
}
