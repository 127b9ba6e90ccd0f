/// What is done with one stream, and why.
package struct StreamDecision: Sendable, Equatable {
    /// The least work that gives a correct stream.
    package enum Action: String, Sendable {
        /// The packets go over bit for bit.
        case copy
        /// Decoded, filtered and encoded again.
        case transcode
    }

    package let action: Action
    /// Index of the stream in its container.
    package let streamIndex: Int
    /// What was found, in libav's words.
    package let summary: String
    /// Why it cannot be copied; empty where it is.
    package let reasons: [String]

    /// "copy (h264 1920x1080 …)" or "transcode (hevc …): the codec is not H.264".
    package var explanation: String {
        let what = "\(action.rawValue) (\(summary))"
        return reasons.isEmpty ? what : what + ": " + reasons.joined(separator: ", ")
    }

    /// The same stream, re-encoded for one more reason.
    func transcoding(because reason: String) -> StreamDecision {
        StreamDecision(
            action: .transcode, streamIndex: streamIndex, summary: summary, reasons: reasons + [reason])
    }
}
