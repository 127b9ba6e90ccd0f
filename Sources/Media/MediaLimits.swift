/// How much of an untrusted file is looked at, and how big it may claim to be.
package struct MediaLimits: Sendable {
    /// Streams of any kind; a camera has three or four.
    package var maxStreams = 64
    /// Pixels of one picture: 8192 × 4608 and a little, above every phone's 8K.
    package var maxPixels = 40_000_000
    /// Bytes that are read to find out what the file is.
    package var maxProbeBytes = 8 << 20
    /// Seconds of media that are read to find out what the streams are: FLV and MPEG-TS tell of one when it comes.
    package var maxProbeSeconds = 90
    /// The same where a stream that is announced has not come by then.
    package var maxLateBytes = 64 << 20
    package var maxLateSeconds = 3600
    /// Seconds of video. A day is far above any lesson.
    package var maxDurationSeconds = 24.0 * 3600
    /// Bytes of one track's packets that may wait for the other one.
    package var maxWaitingBytes = 64 << 20
    /// Bytes of all the segments together.
    package var maxOutputBytes = 64 << 30
    /// What looking for damage in copied pictures, and in copied sound, may take of the CPU that the copy takes without; 0
    /// to look at nothing.
    package var pictureCheckShare = 0.07
    package var soundCheckShare = 0.015
    /// Packets one after the other that neither decode nor move time on.
    package var maxPacketsWithoutProgress = 2_000
    /// Seconds that one track may be behind the other in a file before each is read for itself.
    package var patienceSeconds = 10.0

    package static let `default` = MediaLimits()

    package init() {}
}
