import CLibAV
import MediaProtocol

/// Decodes pictures, makes them upright, even and progressive, and encodes them with libx264.
final class VideoTranscodeLane: Lane {
    let track = Track.video
    private var decoder: Decoder
    private let encoder: Encoder
    private var facts: VideoFacts
    private let target: PictureTarget
    private let threads: Int
    private let budget: ThreadBudget
    private let limits: MediaLimits
    private let capture: LogCapture
    private let timeBase: AVRational
    private let times: TrackTimes
    private let cancellation: Cancellation
    private var shape: PictureShape
    private var graph: FilterGraph
    /// Of a pixel, as the first picture said itself: the container's word is about that one.
    private var firstRatio: Ratio?
    private var thinning: PictureThinning
    /// Ticks of one picture, as far as the file says how many a second has.
    private let duration: Double
    private var undated = UndatedFrames()
    private var clock: SegmentClock
    private var still: StillPicture
    private var starts: Set<Int64> = []
    /// Where the picture that was decoded last ends by its own duration, in seconds.
    private var ownEnd: Double?
    private let statedEnd: Double?
    private var isWaiting = false
    private let maxFruitless: Int
    private var fruitless = 0

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    /// - Parameter facts: of the stream, as far as they were measured.
    init(_ stream: Stream, facts: VideoFacts, job: ConversionJob) throws(MediaError) {
        let options = job.options
        let settings = VideoSettings(facts, stream: stream, options: options)
        self.facts = facts
        target = settings.target
        budget = ThreadBudget(threads: options.threads)
        limits = job.limits
        capture = job.capture
        threads = budget.encoding
        timeBase = stream.timeBase
        times = job.times
        statedEnd = job.demuxer.statedEnd(of: stream)
        cancellation = job.cancellation
        let rate = facts.frameRate > 0 ? facts.frameRate : Workload.usualRate
        duration = 1 / timeBase.secondsPerTick / rate
        maxFruitless = job.limits.maxPacketsWithoutProgress
        decoder = try Decoder(
            stream, threads: budget.decoding(facts), limits: job.limits, capture: job.capture)
        shape = PictureShape(stream)
        let chain = PictureChain(video: facts, target: target)
        graph = try FilterGraph(
            .video, input: shape.input(timeBase), chain: chain.description + Self.refining(timeBase),
            threads: threads)
        encoder = try settings.encoder(timeBase: graph.timeBase, capture: job.capture)
        thinning = PictureThinning(
            secondsPerTick: timeBase.secondsPerTick, rate: facts.frameRate)
        clock = SegmentClock(target: settings.segmentTicks(graph.timeBase))
        still = StillPicture(segmentSeconds: options.segmentSeconds, timeBase: encoder.timeBase)
    }

    /// A picture that lasts for seconds has a clock that counts no less: nothing could be shown between.
    private static func refining(_ timeBase: AVRational) -> String {
        timeBase.secondsPerTick > 0.2 ? ",settb=1/90000" : ""
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        isWaiting = false
        try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func wait(until second: Double, into writer: LessonWriter) throws(MediaError) {
        if !isWaiting {
            isWaiting = true
            try decoder.drain { frame throws(MediaError) in try self.filter(frame, writer) }
            try rebuildGraph(writer)
        }
        try showAgain(before: ticks(second), writer)
    }

    func endPart(into writer: LessonWriter) throws(MediaError) {
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, writer) }
    }

    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError) {
        try graph.filter(nil) { picture throws(MediaError) in try self.encode(picture, writer) }
        facts = stream.videoFacts
        decoder = try Decoder(stream, threads: budget.decoding(facts), limits: limits, capture: capture)
        firstRatio = nil
        shape = PictureShape(stream)
        graph = try makeGraph()
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        try graph.filter(nil) { picture throws(MediaError) in try self.encode(picture, writer) }
        let ownEnd = ownEnd ?? statedEnd.flatMap { end in (still.pts ?? .max) < ticks(end) ? end : nil }
        if let ownEnd { try showAgain(before: ticks(ownEnd), writer) }
        let soundEnd = times[.audio]?.end
        let beforeSoundEnd = still.pts
        if let soundEnd { try showAgain(before: ticks(soundEnd), writer) }
        try encoder.encode(nil) { packet throws(MediaError) in try self.pass(packet, writer) }
        // What was shown again for the sound lasts as long as that, and not as long as the one before it.
        try writer.finish(.video, at: still.pts == beforeSoundEnd ? ownEnd : soundEnd)
    }

    /// In the encoder's time base.
    private func ticks(_ second: Double) -> Int64 {
        encoder.timeBase.ticks(second)
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
        ownEnd = frame.duration > 0 ? (Double(pts) + Double(frame.duration)) * timeBase.secondsPerTick : nil
        try filterDated(frame, writer)
    }

    private func filterDated(_ frame: Frame, _ writer: LessonWriter) throws(MediaError) {
        guard thinning.keeps(pts: frame.pts ?? 0) else { return }
        let shape = PictureShape(frame)
        firstRatio = firstRatio ?? shape.ratio
        if shape != self.shape {
            // A size, a shape or a pixel format that changes on the way needs filters of its own.
            self.shape = shape
            try rebuildGraph(writer)
        }
        try graph.filter(frame) { picture throws(MediaError) in try self.encode(picture, writer) }
    }

    /// Takes out what the filters still hold.
    private func rebuildGraph(_ writer: LessonWriter) throws(MediaError) {
        try graph.filter(nil) { picture throws(MediaError) in try self.encode(picture, writer) }
        graph = try makeGraph()
    }

    private func makeGraph() throws(MediaError) -> FilterGraph {
        try FilterGraph(
            .video, input: shape.input(timeBase),
            chain: chain(for: shape).description + Self.refining(timeBase), threads: threads)
    }

    private func chain(for shape: PictureShape) -> PictureChain {
        let isFirst = shape.ratio == firstRatio ?? shape.ratio
        let video = facts.showing(
            width: Int(shape.width), height: Int(shape.height),
            sampleAspectRatio: isFirst ? facts.sampleAspectRatio : shape.ratio)
        return PictureChain(video: video, target: target)
    }

    private func encode(_ picture: Frame, _ writer: LessonWriter) throws(MediaError) {
        // Two pictures of one instant: the second would never be seen, and x264 refuses it.
        guard let pts = picture.pts, pts > still.pts ?? .min else { return try countFruitless() }
        fruitless = 0
        if still.pts == nil, let sound = times[.audio]?.start, ticks(sound + TrackTimes.tolerance) < pts {
            // The first words are heard with the first picture, rather than skipped.
            try give(Frame(sharing: picture, at: ticks(sound)), writer)
        }
        try showAgain(before: pts, writer)
        try give(picture, writer)
    }

    private func showAgain(before end: Int64, _ writer: LessonWriter) throws(MediaError) {
        while let picture = try still.again(before: end) {
            try cancellation.check()
            try writer.hold(to: Double(picture.pts ?? 0) * encoder.timeBase.secondsPerTick)
            try give(picture, writer)
        }
    }

    private func give(_ picture: Frame, _ writer: LessonWriter) throws(MediaError) {
        let begins = picture.pts.map { clock.begins(at: $0) } ?? false
        if begins, let pts = picture.pts { starts.insert(pts) }
        picture.pointer.pointee.pict_type = begins ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        try still.keep(picture)
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
