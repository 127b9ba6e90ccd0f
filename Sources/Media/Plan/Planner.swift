import CLibAV

/// Decides what a conversion does, from the probe and the packet index.
struct Planner {
    /// A little of a recording may be missing at its end (a camera that was switched off); more is half a lesson.
    private static let maxMissingShare = 0.02

    let options: ConversionOptions
    let limits: MediaLimits
    let cancellation: Cancellation

    /// The plan for an opened file, which stands at its first packet afterwards.
    func plan(_ demuxer: Demuxer) throws(MediaError) -> ConversionPlan {
        let probe = try Probe.examine(demuxer, limits: limits)
        let selection = StreamSelection(demuxer.streams)
        guard let stream = selection.video, let facts = probe.video else {
            throw MediaError(.internal, "The probe lost the video stream.", operation: "plan")
        }
        var obstacles = CopyRules.obstacles(facts, maxHeight: options.maxHeight)
        var duration = probe.duration
        var cuts: [Int64] = []
        var isJoined = false
        if obstacles.isEmpty {
            let indexer = VideoIndexer(demuxer: demuxer, stream: stream, cancellation: cancellation)
            let index = try indexer.index()
            try checkWhole(index)
            isJoined = index.isJoined
            let target = ticks(options.segmentSeconds, stream.timeBase)
            obstacles += [CopyRules.obstacle(index, maxInterval: 2 * target)].compactMap(\.self)
            cuts = SegmentGrid(idr: index.idr, end: index.end, target: target).cuts
            duration = max(duration, seconds(index.end - (index.start ?? index.end), stream.timeBase))
        }
        return ConversionPlan(
            probe: probe, video: decision(facts.streamIndex, facts.summary, obstacles),
            audio: probe.audio.map {
                let joints = isJoined ? ["times that jump"] : []
                return decision($0.streamIndex, $0.summary, CopyRules.obstacles($0) + joints)
            },
            duration: duration, cuts: obstacles.isEmpty ? cuts : [])
    }

    private func decision(_ index: Int, _ summary: String, _ obstacles: [String]) -> StreamDecision {
        StreamDecision(
            action: obstacles.isEmpty ? .copy : .transcode, streamIndex: index, summary: summary,
            reasons: obstacles)
    }

    private func checkWhole(_ index: VideoIndex) throws(MediaError) {
        guard index.missingShare > Self.maxMissingShare else { return }
        let share = Int((index.missingShare * 100).rounded(.up))
        throw MediaError(
            .unsupported, "The file is cut off: \(share) % of its pictures are missing.", operation: "index")
    }

    private func ticks(_ seconds: Double, _ timeBase: AVRational) -> Int64 {
        Int64((seconds * Double(timeBase.den) / Double(max(1, timeBase.num))).rounded())
    }

    private func seconds(_ ticks: Int64, _ timeBase: AVRational) -> Double {
        Double(ticks) * Double(timeBase.num) / Double(max(1, timeBase.den))
    }
}
