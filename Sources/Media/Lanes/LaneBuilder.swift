import MediaProtocol

/// Builds the lanes that a plan asks for, picture first.
struct LaneBuilder {
    let job: ConversionJob
    let plan: ConversionPlan

    /// Throws `.internal` where the plan names a stream that the file has not.
    func lanes() throws(MediaError) -> [(stream: Stream, lane: any Lane)] {
        var lanes = [try lane(plan.video, .video)]
        if let audio = plan.audio { lanes.append(try lane(audio, .audio)) }
        return lanes
    }

    /// What the parameter sets of the lesson's pictures have to say.
    func promise() throws(MediaError) -> PicturePromise {
        let stream = try stream(plan.video)
        let facts = plan.probe.video ?? stream.videoFacts
        return switch plan.video.action {
        case .copy: PicturePromise(copying: facts, ColourTags(stream.parameters))
        case .transcode:
            VideoSettings(facts, stream: stream, options: job.options, rung: rung, seconds: plan.duration)
                .promise
        }
    }

    /// How the pictures of a film are encoded that gets a ladder.
    private var rung: RungSettings? { LadderPlan(plan, options: job.options)?.first }

    private func stream(_ decision: StreamDecision) throws(MediaError) -> Stream {
        guard let stream = job.demuxer.streams.first(where: { $0.index == decision.streamIndex }) else {
            throw MediaError(.internal, "A planned stream is gone.", operation: "lanes")
        }
        return stream
    }

    private func lane(
        _ decision: StreamDecision, _ track: Track
    ) throws(MediaError) -> (stream: Stream, lane: any Lane) {
        let stream = try stream(decision)
        let watch = TrackWatch(track, times: job.times, segmentSeconds: job.options.segmentSeconds)
        switch (decision.action, track) {
        case (.copy, .video):
            let isChecked = job.limits.pictureCheckShare > 0
            let check = isChecked ? try PictureCheck(stream, plan: plan, job: job) : nil
            return (
                stream,
                CopyLane(
                    stream, as: track, cuts: plan.cuts, watch: watch, check: check,
                    statedEnd: job.demuxer.statedEnd(of: stream))
            )
        case (.copy, .audio):
            let isChecked = job.limits.soundCheckShare > 0
            let check = isChecked ? try SoundCheck(stream, plan: plan, job: job) : nil
            return (stream, CopyLane(stream, as: track, watch: watch, check: check))
        case (.transcode, .video):
            let facts = plan.probe.video ?? stream.videoFacts
            return (
                stream,
                try VideoTranscodeLane(
                    stream, facts: facts, rung: rung, seconds: plan.duration, job: job)
            )
        case (.transcode, .audio): return (stream, try AudioTranscodeLane(stream, job: job))
        }
    }
}
