/// One entry of `FOCUST_RENDITIONS`: a rendition that a lesson gets below its best one.
package struct Rung: Equatable, Sendable {
    /// Pixels of the upright picture's shorter side.
    package let shorterSide: Int
    /// Most bits per second of the picture; the sound comes on top.
    package let maxBitrate: Int
    /// Most frames per second; nil: as many as the film has.
    package let maxFrameRate: Int?

    package init(shorterSide: Int, maxBitrate: Int, maxFrameRate: Int? = nil) {
        self.shorterSide = shorterSide
        self.maxBitrate = maxBitrate
        self.maxFrameRate = maxFrameRate
    }

    /// From `234:85k@15`: shorter side, highest bit rate and, where there is an `@`, most frames per second.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let side = Int(strictly: halves[0]) else { return nil }
        let parts = halves[1].split(separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bitrate = BitRate.parse(parts[0]) else { return nil }
        let frameRate = parts.count == 2 ? Int(strictly: parts[1]) : nil
        // The encoder halves the colours' sides, so a picture's are even.
        guard (64...4320).contains(side), side.isMultiple(of: 2),
            parts.count == 1 || frameRate.map({ (1...120).contains($0) }) == true
        else { return nil }
        self.init(shorterSide: side, maxBitrate: bitrate, maxFrameRate: frameRate)
    }
}

/// The renditions that a lesson shall have, besides what is done with its best one.
package struct Ladder: Equatable, Sendable {
    /// With the best rendition and an encoded one that takes a copy's place, names are left over.
    package static let maxRungs = 8
    /// `FOCUST_RENDITIONS` where it says nothing.
    package static let defaultText = "720:2200k,432:800k,234:85k@15"
    package static let defaultRungs = [
        Rung(shorterSide: 720, maxBitrate: 2_200_000), Rung(shorterSide: 432, maxBitrate: 800_000),
        Rung(shorterSide: 234, maxBitrate: 85_000, maxFrameRate: 15),
    ]
    /// `FOCUST_MAX_BITRATE` where it says nothing.
    package static let defaultMaxBitrate = 5_000_000
    /// What a server makes whose settings say nothing.
    package static let standard = Ladder(rungs: defaultRungs, maxBitrate: defaultMaxBitrate)

    /// Below the best rendition, the largest first. Empty: a lesson has one rendition.
    package let rungs: [Rung]
    /// Most bits per second of the best rendition, all in all.
    package let maxBitrate: Int

    package init(rungs: [Rung], maxBitrate: Int) {
        self.rungs = rungs
        self.maxBitrate = maxBitrate
    }

    /// The rungs of `720:2200k,432:800k,234:85k@15`; empty for `none`.
    ///
    /// Nil unless there are 1 to 8, each of a lower rate than the one before it and no larger.
    package static func rungs(_ text: some StringProtocol) -> [Rung]? {
        if text == "none" { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let rungs = parts.compactMap { Rung(trimmed($0)) }
        let isFalling = zip(rungs, rungs.dropFirst()).allSatisfy {
            $0.maxBitrate > $1.maxBitrate && $0.shorterSide >= $1.shorterSide
        }
        return rungs.count == parts.count && rungs.count <= maxRungs && isFalling ? rungs : nil
    }

    private static func trimmed<Text: StringProtocol>(_ text: Text) -> Text.SubSequence {
        let start = text.firstIndex { $0 != " " } ?? text.endIndex
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? start
        return text[start..<end]
    }
}
