/// Puts the packets of both tracks into one order of decoding time, and begins with a picture.
struct Interleaver {
    private let maxWaitingBytes: Int
    private var video = PacketQueue()
    private var audio = PacketQueue()
    private var hasBegun = false

    /// - Parameter maxWaitingBytes: that may wait because the other track is silent; a file that interleaves worse is
    ///   written as it comes.
    init(hasAudio: Bool, maxWaitingBytes: Int) {
        self.maxWaitingBytes = maxWaitingBytes
        audio.isFinished = !hasAudio
    }

    mutating func append(_ packet: OutputPacket) {
        switch packet.track {
        case .video: video.append(packet)
        case .audio: audio.append(packet)
        }
    }

    /// No packet of `track` comes any more.
    mutating func finish(_ track: Track) {
        switch track {
        case .video: video.isFinished = true
        case .audio: audio.isFinished = true
        }
    }

    /// The lowest decoding time of all that waits: asked once, before the first packet leaves.
    var earliest: Int64 {
        min(video.first?.dts ?? .max, audio.first?.dts ?? .max)
    }

    /// Pictures that were read may be with the encoder still: sound waits for them so much longer before it goes first.
    private static let patience = 8

    /// Of both tracks.
    var waitingBytes: Int { video.bytes + audio.bytes }

    private var isPressed: Bool { waitingBytes > maxWaitingBytes }

    /// More waits than may, and it can only wait: no picture has come to begin with.
    var isStuck: Bool { isPressed && !hasBegun && video.first == nil }

    /// The next packet in order; nil where a track has to deliver first.
    mutating func next() -> OutputPacket? {
        switch (video.first, audio.first) {
        case (let picture?, let sound?):
            return picture.dts <= sound.dts || !hasBegun ? takeVideo() : audio.removeFirst()
        case (.some, nil):
            return audio.isFinished || isPressed ? takeVideo() : nil
        case (nil, .some):
            let isLate = audio.bytes > Self.patience * maxWaitingBytes
            return (video.isFinished || isLate) && hasBegun ? audio.removeFirst() : nil
        case (nil, nil):
            return nil
        }
    }

    private mutating func takeVideo() -> OutputPacket? {
        hasBegun = true
        return video.removeFirst()
    }
}
