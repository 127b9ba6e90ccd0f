import CLibAV
import MediaProtocol

/// Decodes some pictures of a video and makes the most representative one a JPEG.
final class PosterPicker {
    private let stream: Stream
    private let decoder: Decoder
    private let timeBase: AVRational
    private let capture: LogCapture
    private var pictures: [(frame: Frame, brightness: BrightnessHistogram)] = []

    init(_ stream: Stream, limits: MediaLimits, capture: LogCapture) throws(MediaError) {
        self.stream = stream
        timeBase = stream.timeBase
        self.capture = capture
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
    }

    /// Takes one key packet of the stream, which needs no other to be decoded.
    func offer(_ packet: Packet) throws(MediaError) {
        try decoder.decodeAlone(packet) { frame throws(MediaError) in
            let kept = try Frame()
            av_frame_move_ref(kept.pointer, frame.pointer)
            self.pictures.append((kept, BrightnessHistogram(kept)))
        }
    }

    /// The chosen picture's bytes; nil where none was decoded.
    func finish() throws(MediaError) -> [UInt8]? {
        let mean = BrightnessHistogram(mean: pictures.map(\.brightness))
        let chosen = pictures.min { $0.brightness.distance(to: mean) < $1.brightness.distance(to: mean) }
        guard let frame = chosen?.frame else { return nil }
        pictures = []
        return try Still(stream).jpeg(frame, capture: capture)
    }
}
