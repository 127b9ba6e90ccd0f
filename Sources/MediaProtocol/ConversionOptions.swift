import Domain

/// How lessons are made; the same for every conversion of a server.
package struct ConversionOptions: Equatable, Sendable {
    /// Target length of a segment in seconds.
    package var segmentSeconds: Double
    /// libx264's preset for what must be re-encoded.
    package var preset: String
    /// libx264's constant rate factor, 0 to 51, lower is better.
    package var crf: Int
    /// Pixels of the upright picture's shorter side; larger ones are scaled down to this, none is scaled up.
    package var maxHeight: Int
    /// Codec threads of one conversion; 0 for one per core.
    package var threads: Int
    /// The caller brings the lesson to the disk afterwards: a part of the time that progress has to leave; false.
    package var isStored: Bool
    /// The renditions that a lesson is to have in the end; with none, a conversion makes the only one; `Ladder.none`.
    package var ladder: Ladder

    package init(
        segmentSeconds: Double = Double(ConversionDefaults.segmentSeconds),
        preset: String = ConversionDefaults.preset, crf: Int = ConversionDefaults.crf,
        maxHeight: Int = ConversionDefaults.maxHeight,
        threads: Int = 0, isStored: Bool = false, ladder: Ladder = .none
    ) {
        self.segmentSeconds = segmentSeconds
        self.preset = preset
        self.crf = crf
        self.maxHeight = maxHeight
        self.threads = threads
        self.isStored = isStored
        self.ladder = ladder
    }
}

extension Ladder {
    /// One rendition, and no limit of its rate.
    package static let none = Ladder(rungs: [], maxBitrate: .max)
}
