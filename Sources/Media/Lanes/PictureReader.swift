import CLibAV
import MediaProtocol

/// Decodes the pictures of a stream, makes them upright, even and progressive, and shows each at its time: those that stand
/// still again and again.
final class PictureReader {
    /// Where pictures go.
    struct Show {
        /// Told before a picture is shown again, up to which second.
        var hold: (Double) throws(MediaError) -> Void = { _ in }
        /// Takes a picture, in `timeBase`, and may keep it.
        let picture: (Frame) throws(MediaError) -> Void
    }

    private var decoder: Decoder
    private var facts: VideoFacts
    private let target: PictureTarget
    private let threads: Int
    private let budget: ThreadBudget
    private let limits: MediaLimits
    private let capture: LogCapture
    private let streamTimeBase: AVRational
    /// Of the pictures that are shown.
    let timeBase: AVRational
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
    private var still: StillPicture
    /// Where the picture that was decoded last ends by its own duration, in seconds.
    private var ownEnd: Double?
    private let statedEnd: Double?
    private var isWaiting = false
    private let maxFruitless: Int
    private var fruitless = 0

    /// - Parameters:
    ///   - facts: of the stream, as far as they were measured.
    ///   - target: the size that the pictures get.
    init(
        _ stream: Stream, facts: VideoFacts, target: PictureTarget, job: ConversionJob
    ) throws(MediaError) {
        self.facts = facts
        self.target = target
        budget = ThreadBudget(threads: job.options.threads)
        limits = job.limits
        capture = job.capture
        threads = budget.encoding
        streamTimeBase = stream.timeBase
        times = job.times
        statedEnd = job.demuxer.statedEnd(of: stream)
        cancellation = job.cancellation
        let rate = facts.frameRate > 0 ? facts.frameRate : Workload.usualRate
        duration = 1 / streamTimeBase.secondsPerTick / rate
        maxFruitless = job.limits.maxPacketsWithoutProgress
        decoder = try Decoder(
            stream, threads: budget.decoding(facts), limits: job.limits, capture: job.capture)
        shape = PictureShape(stream)
        let chain = PictureChain(video: facts, target: target)
        graph = try FilterGraph(
            .video, input: shape.input(streamTimeBase),
            chain: chain.description + Self.refining(streamTimeBase), threads: threads)
        timeBase = graph.timeBase
        thinning = PictureThinning(secondsPerTick: streamTimeBase.secondsPerTick, rate: facts.frameRate)
        still = StillPicture(segmentSeconds: job.options.segmentSeconds, timeBase: timeBase)
    }

    /// A picture that lasts for seconds has a clock that counts no less: nothing could be shown between.
    private static func refining(_ timeBase: AVRational) -> String {
        timeBase.secondsPerTick > 0.2 ? ",settb=1/90000" : ""
    }

    /// Decodes one packet of the stream.
    func accept(_ packet: Packet, _ show: Show) throws(MediaError) {
        isWaiting = false
        try decoder.decode(packet) { frame throws(MediaError) in try self.filter(frame, show) }
    }

    /// The stream is over, or its part of the file, and the sound has come as far as `second`.
    func wait(until second: Double, _ show: Show) throws(MediaError) {
        if !isWaiting {
            isWaiting = true
            try decoder.drain { frame throws(MediaError) in try self.filter(frame, show) }
            try rebuildGraph(show)
        }
        try showAgain(before: ticks(second), show)
    }

    /// Nothing more of the stream comes in this part of the file. Throws `.unsupported` where nothing of it could be decoded.
    func endPart(_ show: Show) throws(MediaError) {
        try decoder.decode(nil) { frame throws(MediaError) in try self.filter(frame, show) }
    }

    /// The pictures go on in a stream of another part of the file.
    func follow(_ stream: Stream, _ show: Show) throws(MediaError) {
        try graph.filter(nil) { picture throws(MediaError) in try self.arrive(picture, show) }
        facts = stream.videoFacts
        decoder = try Decoder(stream, threads: budget.decoding(facts), limits: limits, capture: capture)
        firstRatio = nil
        shape = PictureShape(stream)
        graph = try makeGraph()
    }

    /// The stream is over: shows what is left. Returns where the last picture ends, in seconds; nil where it says so itself.
    func finish(_ show: Show) throws(MediaError) -> Double? {
        try graph.filter(nil) { picture throws(MediaError) in try self.arrive(picture, show) }
        let ownEnd = ownEnd ?? statedEnd.flatMap { end in (still.pts ?? .max) < ticks(end) ? end : nil }
        if let ownEnd { try showAgain(before: ticks(ownEnd), show) }
        let soundEnd = times[.audio]?.end
        let beforeSoundEnd = still.pts
        if let soundEnd { try showAgain(before: ticks(soundEnd), show) }
        // What was shown again for the sound lasts as long as that, and not as long as the one before it.
        return still.pts == beforeSoundEnd ? ownEnd : soundEnd
    }

    /// In the time base of what is shown.
    private func ticks(_ second: Double) -> Int64 {
        timeBase.ticks(second)
    }

    private func filter(_ frame: Frame, _ show: Show) throws(MediaError) {
        frame.pointer.pointee.pts = frame.pointer.pointee.best_effort_timestamp
        guard let pts = frame.pts else {
            try undated.hold(frame)
            return try countFruitless()
        }
        for earlier in undated.dated(before: pts, duration: { _ in duration }) {
            try filterDated(earlier, show)
        }
        ownEnd =
            frame.duration > 0 ? (Double(pts) + Double(frame.duration)) * streamTimeBase.secondsPerTick : nil
        try filterDated(frame, show)
    }

    private func filterDated(_ frame: Frame, _ show: Show) throws(MediaError) {
        guard thinning.keeps(pts: frame.pts ?? 0) else { return }
        let shape = PictureShape(frame)
        firstRatio = firstRatio ?? shape.ratio
        if shape != self.shape {
            // A size, a shape or a pixel format that changes on the way needs filters of its own.
            self.shape = shape
            try rebuildGraph(show)
        }
        try graph.filter(frame) { picture throws(MediaError) in try self.arrive(picture, show) }
    }

    /// Takes out what the filters still hold.
    private func rebuildGraph(_ show: Show) throws(MediaError) {
        try graph.filter(nil) { picture throws(MediaError) in try self.arrive(picture, show) }
        graph = try makeGraph()
    }

    private func makeGraph() throws(MediaError) -> FilterGraph {
        try FilterGraph(
            .video, input: shape.input(streamTimeBase),
            chain: chain(for: shape).description + Self.refining(streamTimeBase), threads: threads)
    }

    private func chain(for shape: PictureShape) -> PictureChain {
        let isFirst = shape.ratio == firstRatio ?? shape.ratio
        let video = facts.showing(
            width: Int(shape.width), height: Int(shape.height),
            sampleAspectRatio: isFirst ? facts.sampleAspectRatio : shape.ratio)
        return PictureChain(video: video, target: target)
    }

    private func arrive(_ picture: Frame, _ show: Show) throws(MediaError) {
        // Two pictures of one instant: the second would never be seen, and x264 refuses it.
        guard let pts = picture.pts, pts > still.pts ?? .min else { return try countFruitless() }
        fruitless = 0
        if still.pts == nil, let sound = times[.audio]?.start, ticks(sound + TrackTimes.tolerance) < pts {
            // The first words are heard with the first picture, rather than skipped.
            try give(Frame(sharing: picture, at: ticks(sound)), show)
        }
        try showAgain(before: pts, show)
        try give(picture, show)
    }

    private func showAgain(before end: Int64, _ show: Show) throws(MediaError) {
        while let picture = try still.again(before: end) {
            try cancellation.check()
            try show.hold(Double(picture.pts ?? 0) * timeBase.secondsPerTick)
            try give(picture, show)
        }
    }

    private func give(_ picture: Frame, _ show: Show) throws(MediaError) {
        try still.keep(picture)
        try show.picture(picture)
    }

    /// A file of a million pictures at one instant, or at none, costs hours and shows nothing.
    private func countFruitless() throws(MediaError) {
        fruitless += 1
        guard fruitless <= maxFruitless else {
            throw MediaError(
                .unsupported, "The file is damaged: its pictures do not move on in time.", operation: "times")
        }
    }
}
