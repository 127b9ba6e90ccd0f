/// What is inside an upload, as far as the headers and the first seconds tell.
package struct MediaProbe: Sendable {
    /// The demuxer's name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", …
    package let container: String
    /// Seconds; 0 where the container does not say.
    package let duration: Double
    /// Size of the file in bytes.
    package let byteSize: Int
    /// The stream that becomes the picture; nil where none can be decoded.
    package internal(set) var video: VideoFacts?
    /// The stream that becomes the sound; nil where there is none that can be decoded.
    package let audio: AudioFacts?
    /// Streams that are left out, and why, in words.
    package let ignored: [String]
}
