import CLibAV
import MediaProtocol

/// Reads one part of a film, side by side or each track for itself, so that none waits for long in memory.
final class PartFeeder {
    /// Moves on with each packet.
    private(set) var timeline: Timeline
    /// Why nothing of a track can be decoded any more.
    private(set) var failures: [Track: MediaError] = [:]

    private let job: ConversionJob
    private let writer: LessonWriter
    private let done: WorkDone
    private var feeds: [Feed]
    private var reader: TrackReader
    /// Sound that was read for itself and is not due yet.
    private var ahead: (packet: Packet, start: Double, second: Double)?

    private var times: TrackTimes { job.times }
    private var patience: Double { job.limits.patienceSeconds }

    init(
        _ part: Demuxer, _ feeds: [Feed], _ timeline: Timeline, job: ConversionJob, done: WorkDone,
        into writer: LessonWriter
    ) {
        self.feeds = feeds
        self.timeline = timeline
        self.job = job
        self.done = done
        self.writer = writer
        reader = TrackReader(part, streams: feeds.compactMap(\.index), cancellation: job.cancellation)
    }

    /// Reads to the part's end, and takes out what the decoders hold.
    func run() throws(MediaError) {
        writer.onHold = { [unowned self] second throws(MediaError) in try self.bringSound(to: second) }
        defer { writer.onHold = nil }
        try readSideBySide()
        if reader.isSeparate { try readApart() }
        for number in feeds.indices where feeds[number].index != nil {
            try attempt(number) { lane throws(MediaError) in try lane.endPart(into: self.writer) }
        }
    }

    private func readSideBySide() throws(MediaError) {
        let packet = try Packet()
        while !reader.isSeparate, try reader.read(into: packet) {
            guard let number = feeds.firstIndex(where: { $0.index == packet.streamIndex }) else { continue }
            let second = try admit(packet, number)
            if isFarAhead(packet, number), let late = feeds.first(where: { $0.track == .video })?.index {
                try reader.separate(late)
                return ahead = (try packet.moved(), start(of: packet, number), second)
            }
            try give(packet, number, second)
            for feed in feeds { try wait(feed) }
        }
    }

    /// The pictures lead: a picture may be decoded long before it is shown, and what fills the time until then asks for the
    /// sound. The sound follows, whose next packet says how far it may be filled with silence.
    private func readApart() throws(MediaError) {
        let packet = try Packet()
        let pictures = feeds.firstIndex { $0.track == .video }
        while true {
            let reached = times[.video]?.last ?? -.infinity
            if let sound = try nextSound(), sound.start <= reached || !hasMore(.video) {
                try giveSound()
            } else if let number = pictures, let index = feeds[number].index, hasMore(.video) {
                guard try reader.read(index, into: packet) else { continue }
                try give(packet, number, try admit(packet, number))
                try fillSound(to: times[.video]?.last ?? -.infinity)
            } else {
                return
            }
            for feed in feeds { try wait(feed) }
        }
    }

    private func hasMore(_ track: Track) -> Bool {
        guard let index = feeds.first(where: { $0.track == track })?.index else { return false }
        return !reader.hasEnded(index)
    }

    /// Moves a packet's times where they have to; answers the second of the film.
    private func admit(_ packet: Packet, _ number: Int) throws(MediaError) -> Double {
        try job.cancellation.check()
        packet.pointer.pointee.stream_index = Int32(feeds[number].stream.index)
        return try timeline.admit(packet, timeBase: feeds[number].stream.timeBase)
    }

    private func start(of packet: Packet, _ number: Int) -> Double {
        guard let time = packet.pts ?? packet.dts else { return -.infinity }
        return Double(time) * feeds[number].stream.timeBase.secondsPerTick
    }

    private func give(_ packet: Packet, _ number: Int, _ second: Double) throws(MediaError) {
        let feed = feeds[number]
        done.didRead(feed.track, bytes: packet.bytes.count, at: second)
        times.note(packet, of: feed.track, timeBase: feed.stream.timeBase)
        try attempt(number) { lane throws(MediaError) in try lane.accept(packet, into: self.writer) }
        guard times[.video] != nil || !writer.waitsForPictures else {
            throw MediaError(
                .unsupported, "The pictures of this film begin too long after its sound.",
                operation: "interleave")
        }
    }

    /// A track of which nothing can be decoded gets no more packets.
    private func attempt(
        _ number: Int, _ body: (any Lane) throws(MediaError) -> Void
    ) throws(MediaError) {
        do throws(MediaError) {
            try body(feeds[number].lane)
        } catch {
            guard error.kind == .unsupported, error.operation == Decoder.operation else { throw error }
            guard !job.demuxer.laterParts.isEmpty else { throw judged(error, of: feeds[number].track) }
            failures[feeds[number].track] = error
            feeds[number].index = nil
        }
    }

    /// Sound of which nothing can be decoded costs the lesson its sound, not the lesson. Pictures that never came are not
    /// damaged, but missing.
    private func judged(_ error: MediaError, of track: Track) -> MediaError {
        guard track == .video else { return OutputRule.soundPresent.broken("nothing of it can be decoded") }
        guard times[.video] == nil, let stream = job.demuxer.selection.video else { return error }
        return StreamSelection.refusal(unread: stream.longCodecName)
    }
}

/// What stands still, and what is read for itself.
extension PartFeeder {
    /// So much of one track waits that the other one, which is behind, had better be read for itself.
    private var isLoaded: Bool { writer.waitingBytes > job.limits.maxWaitingBytes / 4 }

    /// Sound behind a long pause, before the pictures have come there: its silence waits for them.
    private func isFarAhead(_ packet: Packet, _ number: Int) -> Bool {
        let start = start(of: packet, number)
        guard feeds[number].track == .audio, let end = times[.audio]?.end else { return false }
        return start - end > patience && start - (times[.video]?.last ?? -.infinity) > patience
    }

    /// Separates tracks that lie far apart in the file, and tells the lane of one of which nothing follows in this part how
    /// far the other one has come.
    private func wait(_ feed: Feed) throws(MediaError) {
        guard feeds.count > 1 else { return }
        let own = times[feed.track]
        if let index = feed.index, !reader.hasEnded(index) {
            let gap = times.furthest - (own?.end ?? times.earliest)
            if gap > patience, isLoaded, !reader.isSeparate { try reader.separate(index) }
            return
        }
        let other: Track = feed.track == .video ? .audio : .video
        let reached = times[other]?.last ?? -.infinity
        guard reached - (own?.last ?? times.earliest) > patience else { return }
        try feed.lane.wait(until: reached - patience, into: writer)
    }

    /// A picture is held up to this second: sound that is heard meanwhile is read.
    private func bringSound(to second: Double) throws(MediaError) {
        guard let index = feeds.first(where: { $0.track == .audio })?.index else {
            return try fillSound(to: second)
        }
        if !reader.isSeparate, isLoaded { try reader.separate(index) }
        guard reader.isSeparate else { return }
        while let sound = try nextSound(), sound.start <= second { try giveSound() }
        try fillSound(to: second)
    }

    /// Silence up to this second, where the next sound begins behind it.
    private func fillSound(to second: Double) throws(MediaError) {
        guard let feed = feeds.first(where: { $0.track == .audio }), second > times.earliest,
            second - (times[.audio]?.end ?? times.earliest) > patience
        else { return }
        if feed.index != nil {
            guard reader.isSeparate, (try nextSound()?.start ?? .infinity) > second else { return }
        }
        try feed.lane.wait(until: second, into: writer)
    }

    private func nextSound() throws(MediaError) -> (packet: Packet, start: Double, second: Double)? {
        if let ahead { return ahead }
        guard let number = feeds.firstIndex(where: { $0.track == .audio }), let index = feeds[number].index
        else { return nil }
        let packet = try Packet()
        guard try reader.read(index, into: packet) else { return nil }
        let second = try admit(packet, number)
        ahead = (packet, start(of: packet, number), second)
        return ahead
    }

    private func giveSound() throws(MediaError) {
        guard let sound = ahead, let number = feeds.firstIndex(where: { $0.track == .audio }) else { return }
        ahead = nil
        try give(sound.packet, number, sound.second)
    }
}
