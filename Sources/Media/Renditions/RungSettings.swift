/// How the pictures of one rendition are encoded, and which sound goes with them.
struct RungSettings: Equatable, Sendable {
    /// Which sound a rendition has, where the lesson has any.
    enum Sound: Equatable, Sendable {
        /// The first rendition's own packets.
        case shared
        /// One channel at a low rate, for lines that carry little more.
        case mono
    }

    /// Upright, with even sides.
    let target: PictureTarget
    /// Pictures in a second, about.
    let frameRate: Double
    /// More pictures in a second are left out; nil: none is.
    let maxFrameRate: Double?
    /// libx264's constant rate factor.
    let crf: Int
    /// Most bits per second of the pictures.
    let maxBitrate: Int
    /// How much of it may be saved up for a picture, in seconds (libx264's `bufsize` beside `maxrate`).
    let bufferSeconds: Double
    let sound: Sound

    var shorterSide: Int { min(target.width, target.height) }
    var pixelRate: Double { Double(target.width * target.height) * frameRate }

    /// libx264's `vbv-init`: how much of the buffer is full before the first picture.
    private static let saved = 0.9

    /// Most bits per second of the pictures such that a film of so many seconds has no more on average, with what is saved
    /// up at its start; 0 seconds where it is not known.
    func pictureRate(within seconds: Double) -> Int {
        guard seconds > 0 else { return maxBitrate }
        return Int(Double(maxBitrate) * seconds / (seconds + bufferSeconds * Self.saved))
    }
}
