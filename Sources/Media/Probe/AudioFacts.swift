/// What a probe knows of one audio stream.
package struct AudioFacts: Sendable, Equatable {
    /// Index of the stream in its container.
    package let streamIndex: Int
    /// libav's name: "aac", "opus", …
    package let codec: String
    /// libav's number of the profile (AAC-LC is 1); -99 where unknown.
    package let profile: Int
    package let channels: Int
    /// Samples per second.
    package let sampleRate: Int

    /// Of AAC, what a transport stream cannot say of it; nil for nothing.
    var framing: String?

    /// "aac 48000 Hz 2 ch".
    package var summary: String { "\(codec) \(sampleRate) Hz \(channels) ch" }
}
