import MediaProtocol

/// What a conversion will do with a file, decided from evidence before any work.
package struct ConversionPlan: Sendable {
    package let probe: MediaProbe
    package var video: StreamDecision
    /// Nil where the lesson will be silent.
    package var audio: StreamDecision?
    /// The sounds that are taken where that one turns out to be none, the best first.
    var otherSounds: [StreamDecision] = []
    /// Sounds that turned out to be none, and why.
    var failedSounds: [String] = []
    /// What of the recording was left out on the way, and why.
    var lostParts: [String] = []
    /// Seconds of video, as exactly as the index knows them.
    package let duration: Double
    /// DTS of the copied pictures that begin a segment, in the stream's time base.
    var cuts: [Int64]
    /// Bytes of the copied pictures; 0 where they are re-encoded.
    var videoBytes: Int

    /// One line per stream, for the log and for people.
    package var explanation: String {
        var lines = ["video: \(video.explanation)", "audio: \(audio?.explanation ?? "none")"]
        let taken = audio.map { "stream \($0.streamIndex) " }
        let ignored = probe.ignored.filter { taken == nil || !$0.hasPrefix(taken ?? "") }
        lines += (failedSounds + ignored + lostParts).map { "ignored: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// "video: copy, audio: transcode", for one log line.
    package var summary: String {
        "video: \(video.action.rawValue), audio: \(audio?.action.rawValue ?? "none")"
    }

    private var copiesSomething: Bool { video.action == .copy || audio?.action == .copy }

    /// The plan of the next attempt, where the lesson of this one broke an output rule; nil where no other could do better.
    func next(after error: MediaError) -> ConversionPlan? {
        guard error.kind == .invalidOutput else { return nil }
        var plan = self
        switch error.rule {
        case OutputRule.soundPresent.rawValue:
            guard let audio else { return nil }
            plan.failedSounds.append(
                "stream \(audio.streamIndex) (audio, \(audio.summary)): \(error.message)")
            plan.audio = otherSounds.first
            plan.otherSounds = Array(otherSounds.dropFirst())
        case OutputRule.soundCopySafe.rawValue where audio?.action == .copy:
            plan.audio = audio?.transcoding(because: error.message)
        default:
            guard copiesSomething else { return nil }
            plan.video = video.transcoding(because: error.message)
            plan.audio = audio?.transcoding(because: error.message)
            plan.cuts = []
            plan.videoBytes = 0
        }
        return plan
    }
}
