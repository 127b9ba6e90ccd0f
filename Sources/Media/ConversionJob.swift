import CLibAV
import Crypto
import Domain
import Glibc
import MediaProtocol

/// One run over a file's packets: every packet through its lane into the lesson.
struct ConversionJob {
    let path: String
    var demuxer: Demuxer
    let options: ConversionOptions
    let limits: MediaLimits
    let directory: String
    let key: ContentKey
    let cancellation: Cancellation
    let capture: LogCapture
    /// Of the present run.
    private(set) var times = TrackTimes()

    /// Of a file, what may be lost at its end.
    private static let negligibleShare = 0.02

    /// Converts as `plan` says.
    mutating func run(_ plan: ConversionPlan, _ meter: ProgressMeter) throws(MediaError) -> ConversionResult {
        // For the plan, or by an attempt before.
        if !demuxer.isUnread { demuxer = try Demuxer(path, limits: limits, cancellation: cancellation) }
        times = TrackTimes()
        let done = WorkDone(plan, options: options, meter: meter)
        let builder = LaneBuilder(job: self, plan: plan)
        let lanes = try builder.lanes()
        let segments = SegmentSequence(
            directory: directory, key: key, segmentSeconds: options.segmentSeconds,
            maxBytes: limits.maxOutputBytes)
        segments.sink.inspector.promise = try builder.promise()
        let writer = try LessonWriter(
            segments, tracks: lanes.map(\.lane.parameters), done: done,
            maxWaitingBytes: limits.maxWaitingBytes)
        var timeline = Timeline(demuxer, limits: limits, isRepaired: plan.video.action == .transcode)
        let feeds = lanes.map { Feed(lane: $0.lane, stream: $0.stream, index: $0.stream.index) }
        try read(demuxer, feeds, &timeline, done, writer)
        for range in demuxer.laterParts {
            guard let part = try later(range) else { continue }
            try read(part, follow(part, feeds, into: writer), &timeline, done, writer)
        }
        for lane in lanes { try finish(lane.lane, writer) }
        if lanes.count > 1, times[.audio] == nil || !writer.hasSound {
            throw OutputRule.soundPresent.broken("it has no packets")
        }
        try writer.finish()
        return result(plan, lanes.map(\.lane), writer, segments)
    }

    /// The lane of a track, the stream that it was built for, and the number of the one that feeds it at present.
    private struct Feed {
        let lane: any Lane
        let stream: Stream
        /// Nil while a part of the file lacks the track.
        var index: Int?
    }

    private func read(
        _ part: Demuxer, _ feeds: [Feed], _ timeline: inout Timeline, _ done: WorkDone, _ writer: LessonWriter
    ) throws(MediaError) {
        var reader = TrackReader(part, streams: feeds.compactMap(\.index), cancellation: cancellation)
        let packet = try Packet()
        func progress(_ stream: Int) -> Double {
            feeds.first { $0.index == stream }.flatMap { times[$0.lane.track]?.last } ?? -.infinity
        }
        while try reader.read(into: packet, progress: progress) {
            try cancellation.check()
            guard let feed = feeds.first(where: { $0.index == packet.streamIndex }) else { continue }
            packet.pointer.pointee.stream_index = Int32(feed.stream.index)
            let second = try timeline.admit(packet, timeBase: feed.stream.timeBase)
            done.didRead(feed.lane.track, bytes: packet.bytes.count, at: second)
            times.note(packet, of: feed.lane.track, timeBase: feed.stream.timeBase)
            try accept(packet, feed.lane, writer)
            guard times[.video] != nil || !writer.waitsForPictures else {
                throw MediaError(
                    .unsupported, "The pictures of this film begin too long after its sound.",
                    operation: "interleave")
            }
            if feeds.count > 1 { try wait(feeds, &reader, into: writer) }
        }
    }

    /// A later part of the file; nil of one that cannot be read and is so short that only a film's cut-off end is lost.
    private func later(_ range: Range<Int64>) throws(MediaError) -> Demuxer? {
        do throws(MediaError) {
            let part = try demuxer.next(range)
            if let refusal = part.selection.refusal { throw refusal }
            return part
        } catch {
            guard error.kind == .unsupported else { throw error }
            guard Double(range.count) > Double(demuxer.byteSize) * Self.negligibleShare else { return nil }
            let text = "The recording becomes another one on the way. Of that part: \(error.message)"
            throw MediaError(.unsupported, text, operation: error.operation)
        }
    }

    /// Which streams of a part feed the lanes; a track that it lacks stands still meanwhile.
    private func follow(
        _ part: Demuxer, _ feeds: [Feed], into writer: LessonWriter
    ) throws(MediaError) -> [Feed] {
        let streams: [Track: Stream?] = [.video: part.selection.video, .audio: part.selection.audio]
        guard demuxer.selection.audio != nil || part.selection.audio == nil else {
            throw MediaError(
                .unsupported,
                "The recording becomes another one on the way, with sound that its beginning lacks.",
                operation: "parts")
        }
        var next = feeds
        for number in next.indices {
            let stream = streams[next[number].lane.track] ?? nil
            next[number].index = stream?.index
            if let stream { try next[number].lane.follow(stream, into: writer) }
        }
        return next
    }

    private func accept(_ packet: Packet, _ lane: any Lane, _ writer: LessonWriter) throws(MediaError) {
        do {
            try lane.accept(packet, into: writer)
        } catch {
            throw judged(error, of: lane)
        }
    }

    private func finish(_ lane: any Lane, _ writer: LessonWriter) throws(MediaError) {
        do {
            try lane.finish(into: writer)
        } catch {
            throw judged(error, of: lane)
        }
    }

    /// Sound of which nothing can be decoded costs the lesson its sound, not the lesson. Pictures that never came are not
    /// damaged, but missing.
    private func judged(_ error: MediaError, of lane: any Lane) -> MediaError {
        guard error.kind == .unsupported, error.operation == Decoder.operation else { return error }
        guard lane.track == .video else {
            return OutputRule.soundPresent.broken("nothing of it can be decoded")
        }
        guard times[.video] == nil, let stream = demuxer.selection.video else { return error }
        return StreamSelection.refusal(unread: stream.longCodecName)
    }

    /// Separates tracks that lie far apart in the file, and tells the lane of one of which nothing follows in this part how
    /// far the other one has come.
    private func wait(
        _ feeds: [Feed], _ reader: inout TrackReader, into writer: LessonWriter
    ) throws(MediaError) {
        for feed in feeds {
            let own = times[feed.lane.track]
            guard let stream = feed.index, !reader.hasEnded(stream) else {
                let others = feeds.filter { $0.lane.track != feed.lane.track }
                let reached = others.compactMap { times[$0.lane.track]?.last }.max() ?? -.infinity
                guard reached - (own?.last ?? times.earliest) > limits.patienceSeconds else { continue }
                try feed.lane.wait(until: reached - limits.patienceSeconds, into: writer)
                continue
            }
            let gap = times.furthest - (own?.end ?? times.earliest)
            if gap > limits.patienceSeconds, !reader.isSeparate { try reader.separate(stream) }
        }
    }

    /// Removes what an attempt left in the directory.
    func removeOutput() throws(MediaError) {
        var number = 0
        while unlink(directory + "/" + LessonFile.segment(number)) == 0 { number += 1 }
        unlink(directory + "/output.m3u8")
        unlink(directory + "/" + Poster.fileName)
    }

    private func result(
        _ plan: ConversionPlan, _ lanes: [any Lane], _ writer: LessonWriter, _ output: SegmentSequence
    ) -> ConversionResult {
        let video = lanes[0].parameters.pointee
        let duration = Double(output.segments.reduce(0) { $0 + $1.ticks }) / Track.ticksPerSecond
        let rates = BitRates(
            zip(output.storedBytes, output.segments).map { ($0, Double($1.ticks) / Track.ticksPerSecond) })
        let audioCodec = lanes.count > 1 ? CodecName.aac : nil
        let rendition = Rendition(
            name: .first, width: Int(video.width), height: Int(video.height),
            frameRate: duration > 0 ? Double(writer.pictureCount) / duration : 0, bandwidth: rates.largest,
            averageBandwidth: rates.average,
            codecs: [writer.videoCodec, audioCodec].compactMap(\.self).joined(separator: ","),
            isCopy: plan.video.action == .copy)
        return ConversionResult(
            duration: duration, segments: output.segments.count, bytes: output.byteCount,
            videoCodec: writer.videoCodec, audioCodec: audioCodec, width: rendition.width,
            height: rendition.height, plan: plan.explanation, rendition: rendition,
            isComplete: options.ladder.rungs.isEmpty)
    }

    /// Adds a poster to the finished lesson; answers why there is none.
    func makePoster() -> String? {
        let path = directory + "/" + Poster.fileName
        do throws(MediaError) {
            try Poster.make(
                demuxer, to: path, limits: limits, capture: capture, cancellation: cancellation)
            return nil
        } catch {
            unlink(path)
            return "\(error)"
        }
    }
}
