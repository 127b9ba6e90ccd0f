import CLibAV
import MediaProtocol

/// Decodes pictures of a video until one shows something, and makes that a JPEG.
final class PosterPicker {
    private let stream: Stream
    private let decoder: Decoder
    private let timeBase: AVRational
    private let capture: LogCapture
    /// Of a picture with something in it less than this share has one brightness; of a white slide with a line of text too.
    private static let maxShare = 0.99

    private var best: (frame: Frame, share: Double)?

    /// Whether no better picture needs to be looked for.
    var isSatisfied: Bool { best.map { $0.share < Self.maxShare } ?? false }

    /// Whether a picture that was offered is damaged.
    var hasMetDamage: Bool { decoder.hasMetDamage }

    init(_ stream: Stream, limits: MediaLimits, capture: LogCapture) throws(MediaError) {
        self.stream = stream
        timeBase = stream.timeBase
        self.capture = capture
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
    }

    /// Takes one key packet of the stream, which needs no other to be decoded.
    func offer(_ packet: Packet) throws(MediaError) {
        try decoder.decodeAlone(packet) { frame throws(MediaError) in
            let share = BrightnessHistogram(frame).largestShare
            guard share < self.best?.share ?? .infinity else { return }
            let kept = try Frame()
            av_frame_move_ref(kept.pointer, frame.pointer)
            self.best = (kept, share)
        }
    }

    /// The chosen picture's bytes; nil where none was decoded.
    func finish() throws(MediaError) -> [UInt8]? {
        guard let best else { return nil }
        return try Still(stream).jpeg(best.frame, capture: capture)
    }
}
