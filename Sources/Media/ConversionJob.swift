import Domain
import CLibAV
import Crypto
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

    /// Seconds that one track may be behind the other in a file before it is said to stand still.
    private static let patience = 30.0
    /// Seconds after which packets that may follow are given up, so that the other track need not be kept in memory.
    private static let longPatience = 3600.0

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
        let writer = try LessonWriter(segments, tracks: lanes.map(\.lane.parameters), done: done)
        demuxer.keepOnly(Set(lanes.map(\.stream.index)))
        let packet = try Packet()
        var timeline = Timeline(demuxer, limits: limits, isRepaired: plan.video.action == .transcode)
        while try demuxer.read(into: packet) {
            try cancellation.check()
            guard let lane = lanes.first(where: { $0.stream.index == packet.streamIndex }) else { continue }
            let second = try timeline.admit(packet, timeBase: lane.stream.timeBase)
            done.didRead(lane.lane.track, bytes: packet.bytes.count, at: second)
            times.note(packet, of: lane.lane.track, timeBase: lane.stream.timeBase)
            try accept(packet, lane.lane, writer)
            if lanes.count > 1 { try wait(lanes, into: writer) }
        }
        for lane in lanes { try finish(lane.lane, writer) }
        if lanes.count > 1, times[.audio] == nil || !writer.hasSound {
            throw OutputRule.soundPresent.broken("it has no packets")
        }
        try writer.finish()
        return result(plan, lanes.map(\.lane), writer.videoCodec, segments)
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

    /// Sound of which nothing can be decoded costs the lesson its sound, not the lesson.
    private func judged(_ error: MediaError, of lane: any Lane) -> MediaError {
        guard lane.track == .audio, error.kind == .unsupported, error.operation == Decoder.operation else {
            return error
        }
        return OutputRule.soundPresent.broken("nothing of it can be decoded")
    }

    /// Tells the lanes of which nothing has come for long.
    private func wait(
        _ lanes: [(stream: Stream, lane: any Lane)], into writer: LessonWriter
    ) throws(MediaError) {
        for lane in lanes {
            let gap = times.furthest - (times[lane.lane.track]?.end ?? times.earliest)
            guard gap > Self.patience else { continue }
            let until = times.furthest - Self.patience
            try lane.lane.wait(until: until, isLong: gap > Self.longPatience, into: writer)
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
        _ plan: ConversionPlan, _ lanes: [any Lane], _ videoCodec: String,
        _ output: SegmentSequence
    ) -> ConversionResult {
        let video = lanes[0].parameters.pointee
        return ConversionResult(
            duration: Double(output.segments.reduce(0) { $0 + $1.ticks }) / Track.ticksPerSecond,
            segments: output.segments.count, bytes: output.byteCount, videoCodec: videoCodec,
            audioCodec: lanes.count > 1 ? CodecName.aac : nil, width: Int(video.width),
            height: Int(video.height), plan: plan.explanation)
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
