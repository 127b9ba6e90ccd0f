import CLibAV
import MediaProtocol

/// Decodes the first rendition's own segments, whose clock all renditions have.
final class SegmentFeed {
    private let first: FirstRendition
    private let facts: FirstFacts
    private let target: PictureTarget
    private let decoder: Decoder
    private let sound: SharedSound
    private let threads: Int
    private var graph: (shape: PictureShape, graph: FilterGraph)?

    /// - Parameter target: the size that the pictures get.
    init(
        _ first: FirstRendition, _ facts: FirstFacts, target: PictureTarget, sound: SharedSound,
        options: ConversionOptions, limits: MediaLimits, capture: LogCapture
    ) throws(MediaError) {
        self.first = first
        self.facts = facts
        self.target = target
        self.sound = sound
        let budget = ThreadBudget(threads: options.threads)
        threads = budget.encoding
        let parameters = try CodecParameters()
        parameters.pointer.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointer.pointee.codec_id = AV_CODEC_ID_H264
        // Else the decoder learns it on the way, and loses a picture each time that it does.
        parameters.pointer.pointee.video_delay = Int32(facts.reordering)
        decoder = try Decoder(
            parameters.pointer, timeBase: Track.timeBase, threads: budget.decoding(facts.video),
            limits: limits, capture: capture)
    }

    /// Reads all segments, and shows their pictures.
    func run(_ head: RungHead) throws(MediaError) {
        for number in first.segments.indices {
            let segment = try first.read(number)
            sound.put(segment.sounds, of: number)
            for picture in segment.pictures {
                let packet = try Packet(picture.bytes)
                packet.pointer.pointee.pts = picture.pts
                packet.pointer.pointee.dts = picture.dts
                try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, head) }
            }
        }
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, head) }
        try head.finish()
    }

    private func filter(_ frame: Frame, _ head: RungHead) throws(MediaError) {
        frame.pointer.pointee.pts = frame.pointer.pointee.best_effort_timestamp
        let shape = PictureShape(frame)
        if graph?.shape != shape {
            let video = facts.video.showing(
                width: Int(shape.width), height: Int(shape.height), sampleAspectRatio: .one)
            let chain = PictureChain(video: video, target: target).description
            let input = shape.input(Track.timeBase)
            graph = (shape, try FilterGraph(.video, input: input, chain: chain, threads: threads))
        }
        try graph?.graph.filter(frame) { picture throws(MediaError) in
            guard let pts = picture.pts else { return }
            try head.show(picture, at: pts)
        }
    }
}
