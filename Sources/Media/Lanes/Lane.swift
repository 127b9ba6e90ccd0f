import CLibAV
import MediaProtocol

/// The way of one stream from the demuxer to the segments: copied, or decoded and encoded again.
protocol Lane: AnyObject {
    var track: Track { get }

    /// What the muxer has to know of the track.
    var parameters: UnsafePointer<AVCodecParameters> { get }

    /// Takes one packet of the stream (its contents are consumed) and hands on what became ready.
    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError)

    /// The other track has come this far and the demuxer brings none of this one: what lies before `second` will not come.
    ///
    /// - Parameter patience: whether the wait was so long that packets are given up that might follow.
    func wait(until second: Double, isLong: Bool, into writer: LessonWriter) throws(MediaError)

    /// The track goes on in a stream of another part of the file, with the same time base and whatever codec.
    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError)

    /// The stream is over: hands on what is left.
    func finish(into writer: LessonWriter) throws(MediaError)
}
