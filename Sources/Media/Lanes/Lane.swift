import CLibAV
import MediaProtocol

/// The way of one stream from the demuxer to the segments: copied, or decoded and encoded again.
protocol Lane: AnyObject {
    var track: Track { get }

    /// What the muxer has to know of the track.
    var parameters: UnsafePointer<AVCodecParameters> { get }

    /// Takes one packet of the stream (its contents are consumed) and hands on what became ready.
    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError)

    /// The stream, or its part of the file, is over, and the other track has come as far as `second`.
    func wait(until second: Double, into writer: LessonWriter) throws(MediaError)

    /// Nothing more of the stream comes in this part of the file: hands on what its decoder holds.
    ///
    /// Throws `.unsupported` where nothing of the part could be decoded.
    func endPart(into writer: LessonWriter) throws(MediaError)

    /// The track goes on in a stream of another part of the file, with the same time base and whatever codec.
    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError)

    /// The last part has ended: hands on what is left.
    func finish(into writer: LessonWriter) throws(MediaError)
}
