import CLibAV
import Crypto
import MediaProtocol

/// Decodes the original's pictures, and moves them into the first rendition's clock.
final class FileFeed {
    /// Pictures by which the two clocks are compared.
    private static let sample = 6
    /// Times of one clock that were rounded to another's (90 kHz).
    private static let tolerance: Int64 = 2

    private let first: FirstRendition
    private let facts: FirstFacts
    private let sound: SharedSound
    private let head: RungHead
    private var waiting: [Frame] = []
    private var offset: Int64?
    private var loaded = 0

    init(_ first: FirstRendition, _ facts: FirstFacts, sound: SharedSound, head: RungHead) {
        self.first = first
        self.facts = facts
        self.sound = sound
        self.head = head
    }

    /// Reads the whole original, and shows its pictures.
    ///
    /// - Parameter target: the size that they get.
    func run(
        _ job: ConversionJob, _ plan: ConversionPlan, target: PictureTarget
    ) throws(MediaError) {
        guard let stream = job.demuxer.streams.first(where: { $0.index == plan.video.streamIndex }) else {
            throw MediaError(.internal, "A planned stream is gone.", operation: "renditions")
        }
        let video = plan.probe.video ?? stream.videoFacts
        let lane = try RungFeedLane(stream, facts: video, target: target, job: job) {
            frame throws(MediaError) in try self.take(frame)
        }
        try Self.feed(job, plan, Feed(lane: lane, stream: stream, index: stream.index))
        if offset == nil { try begin() }
        try load(until: .max)
        try head.finish()
    }

    /// The lesson's packets go nowhere: there is a writer for each rendition.
    private static func feed(_ job: ConversionJob, _ plan: ConversionPlan, _ feed: Feed) throws(MediaError) {
        let nothing = SegmentSequence(
            directory: job.directory, key: job.key, segmentSeconds: job.options.segmentSeconds, maxBytes: 0)
        let parameters = try CodecParameters()
        parameters.pointer.pointee.codec_type = AVMEDIA_TYPE_VIDEO
        parameters.pointer.pointee.codec_id = AV_CODEC_ID_H264
        let done = WorkDone(
            plan, options: job.options, meter: ProgressMeter(elapsed: { 0 }, report: { _ in }))
        let writer = try LessonWriter(
            nothing, tracks: [UnsafePointer(parameters.pointer)], done: done,
            maxWaitingBytes: job.limits.maxWaitingBytes)
        try FilmFeeder(job, [feed], isRepaired: true, done: done, into: writer).run()
    }

    private func take(_ frame: Frame) throws(MediaError) {
        guard offset == nil else { return try show(frame) }
        waiting.append(frame)
        if waiting.count >= Self.sample { try begin() }
    }

    private func begin() throws(MediaError) {
        let known = try first.read(0).pictures.map(\.pts).sorted()
        let times = waiting.compactMap(\.pts)
        guard let start = times.first else { return }
        // In front of the first picture the first rendition may show it for the sound's sake: the same distances tell
        // which one is which.
        let steps = times.map { $0 - start }
        let place = known.indices.first { place in
            place + steps.count <= known.count
                && zip(known[place...], steps).allSatisfy {
                    abs($0 - known[place] - $1) <= Self.tolerance
                }
        }
        offset = known[place ?? 0] - start
        for frame in waiting { try show(frame) }
        waiting = []
    }

    private func show(_ frame: Frame) throws(MediaError) {
        guard let pts = frame.pts, let offset else { return }
        try load(until: pts + offset)
        try head.show(frame, at: pts + offset)
    }

    /// The sound of a segment is there before its pictures are.
    private func load(until time: Int64) throws(MediaError) {
        while loaded < facts.cuts.count, loaded == 0 || facts.cuts[loaded] - RungHead.tolerance <= time {
            sound.put(try first.read(loaded).sounds, of: loaded)
            loaded += 1
        }
    }
}
