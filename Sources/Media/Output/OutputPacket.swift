/// A packet that is ready for the segments: times in `Track.timeBase`, DTS rising within its track.
struct OutputPacket {
    let packet: Packet
    let track: Track
    /// A segment begins with this picture.
    let startsSegment: Bool

    /// Lanes let no packet out without one.
    var dts: Int64 { packet.dts ?? 0 }
    var pts: Int64 { packet.pts ?? dts }
}
