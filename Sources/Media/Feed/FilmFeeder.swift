import MediaProtocol

/// Gives all packets of a film to the lanes of their tracks, one part of the recording after the other.
final class FilmFeeder {
    private let job: ConversionJob
    private let writer: LessonWriter
    private let done: WorkDone
    private var feeds: [Feed]
    private var timeline: Timeline
    private var lost: LostParts
    /// Sound was decoded, or is copied.
    private var hasSound = false

    /// What is not in the lesson, in words.
    var lostParts: [String] { lost.words }

    /// - Parameter isRepaired: false where packets are to go over as they are.
    init(_ job: ConversionJob, _ feeds: [Feed], isRepaired: Bool, done: WorkDone, into writer: LessonWriter) {
        self.job = job
        self.feeds = feeds
        self.done = done
        self.writer = writer
        timeline = Timeline(job.demuxer, limits: job.limits, isRepaired: isRepaired)
        lost = LostParts(byteSize: job.demuxer.byteSize)
    }

    /// Reads the file to its end, and ends the lanes.
    ///
    /// Throws `.unsupported` where nothing of the pictures can be decoded, and breaks a rule where nothing of the sound can.
    func run() throws(MediaError) {
        let parts = job.demuxer.parts
        try read(job.demuxer, parts[0])
        for range in parts.dropFirst() {
            guard let part = try later(range) else { continue }
            try follow(part)
            try read(part, range)
        }
        for feed in feeds { try feed.lane.finish(into: writer) }
        guard feeds.count > 1 else { return }
        guard hasSound else { throw OutputRule.soundPresent.broken("nothing of it can be decoded") }
        guard job.times[.audio] != nil, writer.hasSound else {
            throw OutputRule.soundPresent.broken("it has no packets")
        }
    }

    private func later(_ range: Range<Int64>) throws(MediaError) -> Demuxer? {
        do throws(MediaError) {
            return try job.demuxer.later(range)
        } catch {
            try lost.leaveOut(range, because: error)
            return nil
        }
    }

    /// A track that a part lacks stands still meanwhile.
    private func follow(_ part: Demuxer) throws(MediaError) {
        let streams: [Track: Stream?] = [.video: part.selection.video, .audio: part.selection.audio]
        for number in feeds.indices {
            let stream = streams[feeds[number].track] ?? nil
            feeds[number].index = stream?.index
            if let stream { try feeds[number].lane.follow(stream, into: writer) }
        }
    }

    private func read(_ part: Demuxer, _ range: Range<Int64>) throws(MediaError) {
        let feeder = PartFeeder(part, feeds, timeline, job: job, done: done, into: writer)
        try feeder.run()
        timeline = feeder.timeline
        for feed in feeds where feed.index != nil {
            switch (feeder.failures[feed.track], feed.track) {
            case (let error?, .video): try lost.leaveOut(range, because: error)
            case (let error?, .audio): lost.silence(range, because: error)
            case (nil, .audio): hasSound = true
            case (nil, .video): continue
            }
        }
    }
}
