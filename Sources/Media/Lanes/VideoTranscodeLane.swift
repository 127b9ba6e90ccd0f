import CLibAV
import MediaProtocol

/// Decodes pictures, makes them upright, even and progressive, and encodes them with libx264.
final class VideoTranscodeLane: Lane {
    let track = Track.video
    private let decoder: Decoder
    private let encoder: Encoder
    private let chain: PictureChain
    private let threads: Int
    private let timeBase: AVRational
    private var shape: PictureShape
    private var graph: FilterGraph
    /// Ticks of one picture, as far as the file says how many a second has.
    private let duration: Double
    private var undated = UndatedFrames()
    private var clock: SegmentClock
    private var starts: Set<Int64> = []
    private var lastPTS = Int64.min
    private let maxFruitless: Int
    private var fruitless = 0

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    init(_ stream: Stream, job: ConversionJob) throws(MediaError) {
        let facts = stream.videoFacts
        let options = job.options
        chain = PictureChain(video: facts, target: PictureTarget(facts, maxHeight: options.maxHeight))
        let budget = ThreadBudget(threads: options.threads)
        threads = budget.encoding
        timeBase = stream.timeBase
        let rate = facts.frameRate > 0 ? facts.frameRate : Workload.usualRate
        duration = Double(timeBase.den) / Double(max(1, timeBase.num)) / rate
        maxFruitless = job.limits.maxPacketsWithoutProgress
        decoder = try Decoder(
            stream, threads: budget.decoding(facts), limits: job.limits, capture: job.capture)
        shape = PictureShape(stream)
        graph = try FilterGraph(
            .video, input: shape.input(timeBase), chain: chain.description, threads: threads)
        let settings = VideoSettings(chain: chain, stream: stream, options: options)
        encoder = try settings.encoder(
            timeBase: graph.timeBase, frameRate: graph.frameRate, capture: job.capture)
        clock = SegmentClock(target: settings.segmentTicks(graph.timeBase))
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, writer) }
        try graph.filter(nil) { picture throws(MediaError) in try self.encode(picture, writer) }
        try encoder.encode(nil) { packet throws(MediaError) in try self.pass(packet, writer) }
        try writer.finish(.video)
    }

    private func filter(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        frame.pointer.pointee.pts = frame.pointer.pointee.best_effort_timestamp
        guard let pts = frame.pts else {
            try undated.hold(frame)
            return try countFruitless()
        }
        for earlier in undated.dated(before: pts, duration: { _ in duration }) {
            try filterDated(earlier, writer)
        }
        try filterDated(frame, writer)
    }

    private func filterDated(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        let shape = PictureShape(frame)
        if shape != self.shape {
            // A resolution or pixel format that changes on the way needs filters of its own.
            try graph.filter(nil) { picture throws(MediaError) in try self.encode(picture, writer) }
            graph = try FilterGraph(
                .video, input: shape.input(timeBase), chain: chain.description, threads: threads)
            self.shape = shape
        }
        try graph.filter(frame) { picture throws(MediaError) in try self.encode(picture, writer) }
    }

    private func encode(_ picture: Frame, _ writer: LessonWriter) throws(MediaError) {
        // Two pictures of one instant: the second would never be seen, and x264 refuses it.
        guard let pts = picture.pts, pts > lastPTS else { return try countFruitless() }
        fruitless = 0
        lastPTS = pts
        let begins = clock.begins(at: pts)
        if begins { starts.insert(pts) }
        picture.pointer.pointee.pict_type = begins ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        try encoder.encode(picture) { packet throws(MediaError) in try self.pass(packet, writer) }
    }

    /// A file of a million pictures at one instant, or at none, costs hours and shows nothing.
    private func countFruitless() throws(MediaError) {
        fruitless += 1
        guard fruitless <= maxFruitless else {
            throw MediaError(
                .unsupported, "The file is damaged: its pictures do not move on in time.", operation: "times")
        }
    }

    private func pass(_ packet: Packet, _ writer: LessonWriter) throws(MediaError) {
        let startsSegment = packet.isKey && packet.pts.map { starts.remove($0) } != .some(nil)
        av_packet_rescale_ts(packet.pointer, encoder.timeBase, Track.timeBase)
        try writer.append(OutputPacket(packet: packet, track: .video, startsSegment: startsSegment))
    }
}
