import Foundation
import Testing

@testable import Media

@Suite("Framing for transport streams")
struct FramingTests {
    /// ISO/IEC 14496-15 §5.3.3.1: lengths of four bytes, an SPS of four bytes, a PPS of two.
    private static let record: [UInt8] = [
        1, 100, 0, 31, 0xFF, 0xE1, 0, 4, 0x67, 100, 0, 31, 1, 0, 2, 0x68, 0xEB,
    ]
    private static let sets: [UInt8] = [0, 0, 0, 1, 0x67, 100, 0, 31, 0, 0, 0, 1, 0x68, 0xEB]
    private static let delimiter: [UInt8] = [0, 0, 0, 1, 9, 0xF0]

    private static func annexB(_ unit: [UInt8], extradata: [UInt8] = record) throws -> [UInt8]? {
        let format = try #require(AnnexB(extradata: extradata))
        var output: [UInt8] = []
        return unit.withUnsafeBytes { format.append($0, to: &output) } ? output : nil
    }

    @Test("A unit gets start codes in place of lengths, and a delimiter in front")
    func startCodes() throws {
        #expect(
            try Self.annexB([0, 0, 0, 2, 6, 5, 0, 0, 0, 3, 0x41, 1, 2])
                == Self.delimiter + [0, 0, 0, 1, 6, 5, 0, 0, 0, 1, 0x41, 1, 2])
        // One that has a delimiter keeps it.
        #expect(
            try Self.annexB([0, 0, 0, 2, 9, 0x10, 0, 0, 0, 2, 0x41, 1])
                == [0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x41, 1])
        // Empty units say nothing, not even in front of a delimiter.
        #expect(
            try Self.annexB([0, 0, 0, 0, 0, 0, 0, 2, 9, 0x10, 0, 0, 0, 2, 0x41, 1])
                == [0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x41, 1])
        #expect(
            try Self.annexB([0, 0, 0, 0, 0, 0, 0, 9, 0x41, 1, 2, 3, 4, 5, 6, 7, 8])
                == Self.delimiter + [0, 0, 0, 1, 0x41, 1, 2, 3, 4, 5, 6, 7, 8])
        // Zeros behind the last unit that are too few for a length are padding.
        #expect(
            try Self.annexB([0, 0, 0, 2, 0x41, 1, 0, 0]) == Self.delimiter + [0, 0, 0, 1, 0x41, 1])
        // Lengths of one byte and of two.
        for (size, unit): (UInt8, [UInt8]) in [(0xFC, [2, 0x41, 1]), (0xFD, [0, 2, 0x41, 1])] {
            var record = Self.record
            record[4] = size
            #expect(try Self.annexB(unit, extradata: record) == Self.delimiter + [0, 0, 0, 1, 0x41, 1])
        }
    }

    @Test("An IDR picture without parameter sets gets those of the headers, behind the delimiter")
    func parameterSets() throws {
        let picture: [UInt8] = [0, 0, 0, 2, 0x65, 7]
        #expect(try Self.annexB(picture) == Self.delimiter + Self.sets + [0, 0, 0, 1, 0x65, 7])
        #expect(
            try Self.annexB([0, 0, 0, 2, 9, 0x10] + picture)
                == [0, 0, 0, 1, 9, 0x10] + Self.sets + [0, 0, 0, 1, 0x65, 7])
        // Where it carries them, once is enough.
        let own: [UInt8] = [0, 0, 0, 4, 0x67, 100, 0, 31, 0, 0, 0, 2, 0x68, 0xEB] + picture
        #expect(try Self.annexB(own) == Self.delimiter + Self.sets + [0, 0, 0, 1, 0x65, 7])
        // Of a record without any, pictures carry what they like.
        let other: [UInt8] = [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2] + picture
        #expect(
            try Self.annexB(other, extradata: [1, 100, 0, 31, 0xFF, 0xE0, 0])
                == Self.delimiter + [0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 7])
    }

    @Test(
        "A damaged unit is refused",
        arguments: [
            [], [0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 9, 0x41, 1], [0x7F, 0xFF, 0xFF, 0xFF, 0x41],
            // Other parameter sets than those of the headers, before a picture of either kind.
            [0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 2, 0, 0, 0, 2, 0x65, 7],
            [0, 0, 0, 2, 0x68, 2, 0, 0, 0, 1, 0x41],
            [0xFF, 0xFF, 0xFF, 0xFF, 0x41], [0, 0, 0, 2, 0x41, 1, 7], [0, 0, 0, 1, 0x41, 0, 0, 1],
        ] as [[UInt8]])
    func refusesDamage(unit: [UInt8]) throws {
        #expect(try Self.annexB(unit) == nil)
    }

    @Test("Headers that are no whole avcC record are left to libavformat")
    func refusesHeaders() {
        for count in Self.record.indices {
            #expect(AnnexB(extradata: Array(Self.record.prefix(count))) == nil)
        }
        #expect(AnnexB(extradata: Self.sets) == nil)
    }

    @Test("A frame of AAC gets the head that libavformat writes")
    func adts() throws {
        let header = try #require(ADTSHeader(extradata: [0x11, 0x90]))  // LC, 48 kHz, stereo
        var output: [UInt8] = []
        #expect([UInt8](repeating: 0x21, count: 300).withUnsafeBytes { header.append($0, to: &output) })
        #expect(output.prefix(8) == [0xFF, 0xF1, 0x4C, 0x80, 0x26, 0x7F, 0xFC, 0x21])
        #expect(output.count == 307)
    }

    @Test("A frame of AAC that has a head already gets no second one")
    func keepsADTS() throws {
        let header = try #require(ADTSHeader(extradata: [0x11, 0x90]))
        for frame: [UInt8] in [[0xFF, 0xF1, 0x4C, 0x80, 1, 0x1F, 0xFC, 0x21], [0xFF, 0xF9, 0x4C]] {
            var output: [UInt8] = []
            #expect(frame.withUnsafeBytes { header.append($0, to: &output) })
            #expect(output == frame)
        }
        // Eleven ones are none, nor is half of one.
        for frame: [UInt8] in [[0xFF, 0xE1, 0x4C], [0xFF]] {
            var output: [UInt8] = []
            #expect(frame.withUnsafeBytes { header.append($0, to: &output) })
            #expect(output.starts(with: [0xFF, 0xF1]) && output.suffix(frame.count) == frame[...])
            #expect(output.count == frame.count + 7)
        }
    }

    @Test("What ADTS cannot say is left to libavformat, and a frame that is too long for it refused")
    func refusesADTS() throws {
        // None, a frequency in words, no channel layout, 960 samples, an object type of five bits.
        for extradata: [UInt8] in [[], [0x11], [0x17, 0x90], [0x11, 0x80], [0x11, 0x94], [0x29, 0x90]] {
            #expect(ADTSHeader(extradata: extradata) == nil, "\(extradata)")
        }
        let header = try #require(ADTSHeader(extradata: [0x11, 0x90]))
        var output: [UInt8] = []
        for count in [0, 8185] {
            #expect(![UInt8](repeating: 0, count: count).withUnsafeBytes { header.append($0, to: &output) })
        }
        #expect([UInt8](repeating: 0, count: 8184).withUnsafeBytes { header.append($0, to: &output) })
    }
}
