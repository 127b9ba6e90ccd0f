import Foundation
import Testing

/// Rewrites the boxes of an MP4 or MOV whose index stands behind its media, so that no offset changes (ISO/IEC 14496-12).
enum MovieBoxes {
    private static let containers: Set<String> = ["moov", "trak", "edts", "mdia", "minf", "stbl"]

    /// Gives each box's type, the number of its track (0 outside of one, else from 1 on), and its content to `change`, which
    /// answers the new content, or nil where it stays.
    static func rewrite(_ file: URL, _ change: (String, Int, [UInt8]) throws -> [UInt8]?) throws {
        var track = 0
        let bytes = [UInt8](try Data(contentsOf: file))
        try Data(rewritten(bytes, &track, change)).write(to: file)
    }

    /// The contents of the boxes of one type, in the file's order.
    static func contents(_ type: String, in file: URL) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        var track = 0
        _ = try rewritten([UInt8](try Data(contentsOf: file)), &track) { other, _, content in
            if other == type { found.append(content) }
            return nil
        }
        return found
    }

    private static func rewritten(
        _ bytes: [UInt8], _ track: inout Int, _ change: (String, Int, [UInt8]) throws -> [UInt8]?
    ) throws -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while position + 8 <= bytes.count {
            let size = number(bytes, position)
            try #require(size >= 8 && position + size <= bytes.count)
            let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
            if type == "trak" { track += 1 }
            let content = Array(bytes[position + 8..<position + size])
            let inner = containers.contains(type) ? try rewritten(content, &track, change) : content
            let new = try change(type, type == "mvhd" ? 0 : track, content) ?? inner
            result += number(new.count + 8) + Array(type.utf8) + new
            position += size
        }
        return result
    }

    /// Four bytes, the highest first.
    static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    static func number(_ bytes: [UInt8], _ position: Int) -> Int {
        bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
