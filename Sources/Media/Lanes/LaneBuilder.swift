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

    private func lane(
        _ decision: StreamDecision, _ track: Track
    ) throws(MediaError) -> (stream: Stream, lane: any Lane) {
        guard let stream = job.demuxer.streams.first(where: { $0.index == decision.streamIndex }) else {
            throw MediaError(.internal, "A planned stream is gone.", operation: "lanes")
        }
        switch (decision.action, track) {
        case (.copy, _): return (stream, CopyLane(stream, as: track, cuts: track == .video ? plan.cuts : []))
        case (.transcode, .video): return (stream, try VideoTranscodeLane(stream, job: job))
        case (.transcode, .audio): return (stream, try AudioTranscodeLane(stream, job: job))
        }
    }
}
