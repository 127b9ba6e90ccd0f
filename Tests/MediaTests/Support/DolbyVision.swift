import Foundation
import Testing

/// Says of an HEVC track in MP4 that it is Dolby Vision, as a phone or a streaming service does.
enum DolbyVision {
    /// Puts a configuration box (Dolby Vision Streams within the ISO Base Media File Format §3.2) behind the sample entry,
    /// in a file whose index stands in front.
    static func claim(profile: Int, compatibility: Int, in file: URL) throws {
        let name = profile > 7 ? "dvvC" : "dvcC"
        let flags = profile << 9 | 6 << 3 | 5
        let box =
            [0, 0, 0, 32] + Array(name.utf8) + [
                1, 0, UInt8(flags >> 8), UInt8(flags & 0xFF), UInt8(compatibility << 4),
            ]
            + [UInt8](repeating: 0, count: 19)
        var data = try Data(contentsOf: file)
        let table = try #require(data.range(of: Data("stsd".utf8)))
        let entry = try #require(data.range(of: Data("hvc1".utf8), in: table.upperBound..<data.endIndex))
        let end = entry.lowerBound - 4 + size(data, entry.lowerBound - 4)
        data.insert(contentsOf: box, at: end)
        for type in ["moov", "trak", "mdia", "minf", "stbl", "stsd", "hvc1"] {
            let place = try #require(
                data.range(of: Data(type.utf8), in: (type == "hvc1" ? entry.lowerBound : 0)..<data.endIndex))
            let new = size(data, place.lowerBound - 4) + box.count
            for index in 0..<4 {
                data[place.lowerBound - 4 + index] = UInt8(truncatingIfNeeded: new >> (24 - 8 * index))
            }
        }
        // The media moved on by as much.
        let offsets = try #require(data.range(of: Data("stco".utf8)))
        for entry in 0..<size(data, offsets.upperBound + 4) {
            let place = offsets.upperBound + 8 + 4 * entry
            let new = size(data, place) + box.count
            for index in 0..<4 { data[place + index] = UInt8(truncatingIfNeeded: new >> (24 - 8 * index)) }
        }
        try data.write(to: file)
    }

    private static func size(_ data: Data, _ place: Int) -> Int {
        data[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
