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

    /// Converts as `plan` says.
    mutating func run(_ plan: ConversionPlan, _ meter: ProgressMeter) throws(MediaError) -> ConversionResult {
        // For the plan, or by an attempt before.
        if !demuxer.isUnread { demuxer = try demuxer.again() }
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
        let feeder = FilmFeeder(
            self, lanes.map { Feed(lane: $0.lane, stream: $0.stream, index: $0.stream.index) },
            isRepaired: plan.video.action == .transcode, done: done, into: writer)
        try feeder.run()
        try writer.finish()
        var plan = plan
        plan.lostParts = feeder.lostParts
        return result(plan, lanes.map(\.lane), writer, segments)
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
            isComplete: LadderPlan.isComplete(plan, first: rendition, options: options))
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
