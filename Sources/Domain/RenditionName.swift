/// Which rendition of a lesson: `r0` is the one that was made first, `r1` to `r15` came later.
///
/// A lesson's files lie side by side, so the name is part of each file's. The first rendition was there before the lesson
/// had others, and its segments and key keep the names that players know already: `segment_000.ts` and `enc.key`.
package struct RenditionName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The highest number: more renditions help no viewer, and each costs a conversion.
    package static let maxNumber = 15
    /// The rendition that a lesson has from its first conversion on.
    package static let first = RenditionName(unchecked: 0)
    /// Every name there is, `r0` first.
    package static let all = (0...maxNumber).map { RenditionName(unchecked: $0) }

    package let number: Int

    private init(unchecked number: Int) {
        self.number = number
    }

    /// Nil unless `number` is 0 to 15.
    package init?(number: Int) {
        guard (0...Self.maxNumber).contains(number) else { return nil }
        self.init(unchecked: number)
    }

    /// From `r0` to `r15`, written in exactly this way.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.first == UInt8(ascii: "r"), let number = Self.number(text.utf8.dropFirst()) else {
            return nil
        }
        self.init(number: number)
    }

    package var description: String { "r\(number)" }

    package static func < (one: RenditionName, other: RenditionName) -> Bool { one.number < other.number }

    /// One or two digits without a leading zero.
    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...2).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            return nil
        }
        var number = 0
        for digit in digits {
            guard case let value = digit &- 0x30, value < 10 else { return nil }
            number = number * 10 + Int(value)
        }
        return number
    }
}

/// The files of a rendition, and back.
extension RenditionName {
    /// "r1.m3u8". That of the first rendition exists once the lesson has others: until then `output.m3u8` is its playlist.
    package var playlist: String { "\(self).m3u8" }

    /// "enc-r1.key"; "enc.key" of the first rendition.
    package var key: String { self == .first ? LessonFile.key : "enc-\(self).key" }

    /// "r1_007.ts", three digits and more; "segment_007.ts" of the first rendition.
    package func segment(_ index: Int) -> String {
        guard self != .first else { return LessonFile.segment(index) }
        let digits = String(index)
        return "\(self)_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".ts"
    }

    /// Whose playlist `file` is; nil for `output.m3u8`, which is the whole lesson's.
    package init?(playlist file: some StringProtocol) {
        guard let stem = Self.stem(of: file, before: ".m3u8") else { return nil }
        self.init(stem)
    }

    /// Whose key `file` is.
    package init?(key file: some StringProtocol) {
        if file == LessonFile.key {
            self = .first
            return
        }
        guard file.hasPrefix("enc-"), let stem = Self.stem(of: file.dropFirst(4), before: ".key"),
            let name = RenditionName(stem), name != .first
        else { return nil }
        self = name
    }

    /// Whose segment `file` is; nil for segments that another program named.
    package init?(segment file: some StringProtocol) {
        guard let stem = Self.stem(of: file, before: ".ts"), let line = stem.lastIndex(of: "_") else {
            return nil
        }
        let digits = stem[stem.index(after: line)...].utf8
        guard (3...9).contains(digits.count), digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        if stem[..<line] == "segment" {
            self = .first
            return
        }
        guard let name = RenditionName(stem[..<line]), name != .first else { return nil }
        self = name
    }

    private static func stem<Text: StringProtocol>(of file: Text, before end: String) -> Text.SubSequence? {
        file.hasSuffix(end) ? file.dropLast(end.count) : nil
    }
}
