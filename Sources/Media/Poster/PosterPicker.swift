import CLibAV
import MediaProtocol

/// Decodes pictures of a video until one shows something, and makes that a JPEG.
final class PosterPicker {
    private let stream: Stream
    private let decoder: Decoder
    private let capture: LogCapture
    /// Of a picture with something in it less than this share has one brightness; of a white slide with a line of text too.
    private static let maxShare = 0.99

    /// The picture, and what speaks against it: the share of it that has one brightness, and 1 more where it is damaged.
    private var best: (frame: Frame, flaw: Double)?

    /// Whether no better picture needs to be looked for.
    var isSatisfied: Bool { best.map { $0.flaw < Self.maxShare } ?? false }

    init(_ stream: Stream, limits: MediaLimits, capture: LogCapture) throws(MediaError) {
        self.stream = stream
        self.capture = capture
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
    }

    /// Takes one key packet of the stream, which needs no other to be decoded.
    func offer(_ packet: Packet) throws(MediaError) {
        try decoder.decodeAlone(packet) { frame, isWhole throws(MediaError) in
            let flaw = BrightnessHistogram(frame).largestShare + (isWhole ? 0 : 1)
            guard flaw < self.best?.flaw ?? .infinity else { return }
            let kept = try Frame()
            av_frame_move_ref(kept.pointer, frame.pointer)
            self.best = (kept, flaw)
        }
    }

    /// The chosen picture's bytes; nil where none was decoded.
    func finish() throws(MediaError) -> [UInt8]? {
        guard let best else { return nil }
        return try Still(best.frame, of: stream).jpeg(capture: capture)
    }
}
