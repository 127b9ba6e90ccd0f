/// What a conversion will do with a file, decided from evidence before any work.
package struct ConversionPlan: Sendable {
    package let probe: MediaProbe
    package let video: StreamDecision
    /// Nil where the lesson will be silent.
    package let audio: StreamDecision?
    /// Seconds of video, as exactly as the index knows them.
    package let duration: Double
    /// DTS of the copied pictures that begin a segment, in the stream's time base.
    let cuts: [Int64]
    /// Bytes of the copied pictures; 0 where they are re-encoded.
    let videoBytes: Int

    /// One line per stream, for the log and for people.
    package var explanation: String {
        var lines = ["video: \(video.explanation)", "audio: \(audio?.explanation ?? "none")"]
        lines += probe.ignored.map { "ignored: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// "video: copy, audio: transcode", for one log line.
    package var summary: String {
        "video: \(video.action.rawValue), audio: \(audio?.action.rawValue ?? "none")"
    }

    /// Whether a second attempt could do anything else.
    var copiesSomething: Bool { video.action == .copy || audio?.action == .copy }

    /// The plan of the second attempt, where a copy turned out to break an output rule.
    func transcodingEverything(because reason: String) -> ConversionPlan {
        func forced(_ decision: StreamDecision) -> StreamDecision {
            StreamDecision(
                action: .transcode, streamIndex: decision.streamIndex, summary: decision.summary,
                reasons: decision.reasons + [reason])
        }
        return ConversionPlan(
            probe: probe, video: forced(video), audio: audio.map(forced), duration: duration, cuts: [],
            videoBytes: 0)
    }
}
