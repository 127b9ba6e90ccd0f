import Foundation
import Testing

/// Gives one packet of a film another time, as a crashed recorder or a flipped bit does it.
enum WrongTime {
    /// Moves the time of the first tag of a kind (8: sound, 9: pictures) from a moment of the film on by so many seconds
    /// (Adobe FLV 10.1 §E.4.1).
    static func inFlash(_ data: inout Data, kind: UInt8, from second: Double, by seconds: Double) throws {
        var tag = 13
        while tag + 11 < data.count {
            // Three bytes of milliseconds, and one of their upper bits.
            let time = data[tag + 4..<tag + 7].reduce(0) { $0 << 8 | Int($1) }
            if data[tag] == kind, Double(time) >= second * 1000 {
                let new = max(0, time + Int(seconds * 1000))
                for place in 0..<3 { data[tag + 4 + place] = UInt8(new >> (16 - 8 * place) & 0xFF) }
                return
            }
            tag += 15 + data[tag + 1..<tag + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        try #require(Bool(false), "There is no such tag.")
    }

    /// The same of a transport stream's unit of packets: of sound (0xC0) or of pictures (0xE0), whose stream begins at second
    /// `start` (ISO/IEC 13818-1 §2.4.3.7).
    static func inTransport(
        _ data: inout Data, kind: UInt8, from second: Double, by seconds: Double
    ) throws {
        var first: Int?
        for packet in stride(from: 0, to: data.count - 187, by: 188) where data[packet + 1] & 0x40 != 0 {
            let unit = packet + 4 + (data[packet + 3] & 0x20 == 0 ? 0 : 1 + Int(data[packet + 4]))
            guard unit + 19 < packet + 188, data[unit + 2] == 1, data[unit + 3] == kind else { continue }
            let fields = data[unit + 7] >> 6 == 3 ? [unit + 9, unit + 14] : [unit + 9]
            let time = read(data, fields.last ?? 0)
            first = first ?? time
            guard time - (first ?? 0) >= Int(second * 90_000) else { continue }
            for field in fields { write(&data, field, read(data, field) + Int(seconds * 90_000)) }
            return
        }
        try #require(Bool(false), "There is no such unit.")
    }

    /// Thirty-three bits in three pieces, with a bit behind each.
    private static func read(_ data: Data, _ place: Int) -> Int {
        Int(data[place] >> 1 & 7) << 30 | Int(data[place + 1]) << 22 | Int(data[place + 2] >> 1) << 15
            | Int(data[place + 3]) << 7 | Int(data[place + 4] >> 1)
    }

    private static func write(_ data: inout Data, _ place: Int, _ time: Int) {
        data[place] = data[place] & 0xF1 | UInt8(time >> 30 & 7) << 1
        data[place + 1] = UInt8(time >> 22 & 0xFF)
        data[place + 2] = UInt8(time >> 15 & 0x7F) << 1 | 1
        data[place + 3] = UInt8(time >> 7 & 0xFF)
        data[place + 4] = UInt8(time & 0x7F) << 1 | 1
    }
}
