import CLibAV
import MediaProtocol

/// Decides what a conversion does, from the probe and the packet index.
struct Planner {
    /// Each that turns out to be none costs an attempt.
    private static let maxSounds = 3
    private static let goesOn = "the recording goes on in another program or under other PIDs"

    let options: ConversionOptions
    let limits: MediaLimits
    let cancellation: Cancellation
    /// Told how far the index is, where it has to be made of packets.
    let meter: ProgressMeter

    /// The plan for an opened file, whose packets may have been read for it.
    func plan(_ demuxer: Demuxer) throws(MediaError) -> ConversionPlan {
        var probe = try Probe.examine(demuxer, limits: limits)
        let selection = demuxer.selection
        guard let stream = selection.video, let facts = probe.video else {
            throw MediaError(.internal, "The probe lost the video stream.", operation: "plan")
        }
        let pictures = StreamSpan(stream, of: demuxer)
        let sound = selection.audio.map { StreamSpan($0, of: demuxer) }
        let obstacles =
            obstacles(stream, facts) + (demuxer.laterParts.isEmpty ? [] : [Self.goesOn])
            + CopyRules.obstacles(.video, pictures, beside: sound, target: options.segmentSeconds)
        let timing = obstacles.isEmpty ? try timing(demuxer, stream, probe, soundEnd: sound?.end) : nil
        if !isOfFilm(facts.frameRate) {
            let measure = RateMeasure(demuxer, stream, cancellation)
            let rate = if let counted = timing?.rate { counted } else { try measure.rate() }
            probe.video?.frameRate = rate
        }
        let video = decision(
            facts.streamIndex, (probe.video ?? facts).summary, obstacles + (timing?.obstacles ?? []))
        // Where pictures were joined, sounds may overlap.
        let joints =
            demuxer.laterParts.isEmpty ? timing?.isJoined == true ? ["times that jump"] : [] : [Self.goesOn]
        let sounds = selection.sounds.prefix(Self.maxSounds).map { stream in
            let facts = stream.audioFacts
            let span = CopyRules.obstacles(
                .audio, StreamSpan(stream, of: demuxer), beside: pictures, target: options.segmentSeconds)
            return decision(facts.streamIndex, facts.summary, CopyRules.obstacles(facts) + joints + span)
        }
        return ConversionPlan(
            probe: probe, video: video, audio: sounds.first, otherSounds: Array(sounds.dropFirst()),
            // Between times that jump lies nothing.
            duration: timing?.isJoined == true ? 0 : max(probe.duration, timing?.duration ?? 0),
            cuts: video.action == .copy ? timing?.cuts ?? [] : [],
            videoBytes: video.action == .copy ? timing?.bytes ?? 0 : 0)
    }

    /// What the headers say against a copy.
    private func obstacles(_ stream: Stream, _ facts: VideoFacts) -> [String] {
        let obstacles = CopyRules.obstacles(facts, maxHeight: options.maxHeight)
        guard obstacles.isEmpty, let set = H264Stream(extradata: stream.extradata).stated else {
            return obstacles
        }
        return [CopyRules.obstacle(set, facts, container: ColourTags(stream.parameters))].compactMap(\.self)
    }

    /// Other rates are those of a clock, or of a format that has none.
    private func isOfFilm(_ rate: Double) -> Bool { rate > 0 && rate <= CopyRules.maxFrameRate }

    /// What the packet index says of a stream whose headers allow a copy.
    private struct Timing {
        let obstacles: [String]
        let cuts: [Int64]
        let duration: Double
        let isJoined: Bool
        let rate: Double?
        let bytes: Int
    }

    private func timing(
        _ demuxer: Demuxer, _ stream: Stream, _ probe: MediaProbe, soundEnd: Double?
    ) throws(MediaError) -> Timing {
        let target = stream.timeBase.ticks(options.segmentSeconds)
        let indexer = VideoIndexer(
            demuxer: demuxer, stream: stream, cancellation: cancellation, maxInterval: 2 * target)
        let audio =
            probe.audio.map { CopyRules.obstacles($0).isEmpty ? .copy : .transcode }
            as StreamDecision.Action?
        func work(_ video: StreamDecision.Action) -> Workload {
            Workload(probe, video: video, audio: audio, options: options)
        }
        if !indexer.hasWholeIndex {
            meter.begin(cost: work(.copy).indexing, ahead: work(.transcode).ahead)
        }
        let index = try indexer.index { share, isCopied in
            meter.expect(ahead: work(isCopied ? .copy : .transcode).ahead)
            meter.didReach(share)
        }
        // The last segment goes on as long as the sound does.
        let end = max(index.end, soundEnd.map(stream.timeBase.ticks) ?? index.end)
        let obstacle = CopyRules.obstacle(index, end: end, target: target)
        let grid = obstacle == nil ? SegmentGrid(idr: index.idr, end: end, target: target) : nil
        return Timing(
            obstacles: [obstacle ?? (grid == nil ? VideoIndex.unfit : nil)].compactMap(\.self),
            cuts: grid?.cuts ?? [],
            duration: Double(index.end - (index.start ?? index.end)) * stream.timeBase.secondsPerTick,
            isJoined: index.isJoined, rate: index.averageRate, bytes: index.bytes)
    }

    private func decision(_ index: Int, _ summary: String, _ obstacles: [String]) -> StreamDecision {
        StreamDecision(
            action: obstacles.isEmpty ? .copy : .transcode, streamIndex: index, summary: summary,
            reasons: obstacles)
    }
}
