import Domain
import Formats

extension Rendition {
    /// What is believed of a converter's word: its names go into playlists.
    private static let sides = 1...16_384
    private static let frameRates = 0.0...1000
    private static let bitRates = 1...10_000_000_000
    private static let maxCodecs = 64

    package var json: JSONValue {
        [
            "name": .string("\(name)"), "width": .integer(width), "height": .integer(height),
            "frame_rate": .number(frameRate), "bandwidth": .integer(bandwidth),
            "average_bandwidth": .integer(averageBandwidth), "codecs": .string(codecs),
            "is_copy": .bool(isCopy),
        ]
    }

    /// Nil where something is missing, or cannot be.
    package init?(_ json: JSONValue) {
        guard let planned = PlannedRendition(json), let codecs = json["codecs"]?.stringValue,
            let bandwidth = json["bandwidth"]?.intValue, case .bool(let isCopy)? = json["is_copy"],
            let average = json["average_bandwidth"]?.intValue,
            Self.bitRates.contains(bandwidth), Self.bitRates.contains(average), average <= bandwidth,
            Self.areCodecs(codecs)
        else { return nil }
        self.init(
            name: planned.name, width: planned.width, height: planned.height, frameRate: planned.frameRate,
            bandwidth: bandwidth, averageBandwidth: average, codecs: codecs, isCopy: isCopy)
    }

    /// RFC 6381 §3.3: names of letters, digits and points, and commas between them; no quote and no end of a line.
    private static func areCodecs(_ text: String) -> Bool {
        (1...maxCodecs).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ","):
                    true
                default: false
                }
            }
    }

    static func isSane(width: Int, height: Int, frameRate: Double) -> Bool {
        sides.contains(width) && sides.contains(height) && frameRates.contains(frameRate)
    }
}
