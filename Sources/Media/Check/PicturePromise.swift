/// What a lesson's pictures are meant to be, to be held against what their parameter sets say of them.
struct PicturePromise: Equatable {
    let width: Int
    let height: Int
    /// As a player is to show them.
    let colours: ColourTags
    /// level_idc that must not be passed.
    let maxLevel: Int

    /// In what way the set says something else; nil where it does not.
    func contradiction(_ set: SequenceParameterSet) -> String? {
        guard set.width == width, set.height == height else {
            return "\(set.width)x\(set.height) instead of \(width)x\(height)"
        }
        guard set.sampleAspectRatio.value == 1 else { return "pixels that are not square" }
        guard set.colours.guessed(lines: height).isShownLike(colours) else { return "other colours" }
        let needed = H264Level.needed(width: width, height: height, rate: 0, references: set.references)
        guard let needed, needed.number <= set.level else {
            return "level \(H264Level.name(set.level)), which is too low"
        }
        return set.level <= maxLevel ? nil : "level \(H264Level.name(set.level)), which is too high"
    }
}

extension PicturePromise {
    /// Of pictures that go over as they are.
    ///
    /// - Parameter container: what it says of the colours: it is gone in the lesson.
    init(copying video: VideoFacts, _ container: ColourTags) {
        self.init(
            width: video.width, height: video.height, colours: container.guessed(lines: video.height),
            maxLevel: CopyRules.maxLevel)
    }
}
