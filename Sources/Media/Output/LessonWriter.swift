import CLibAV
import Crypto
import MediaProtocol

/// Brings the packets of both tracks into order and into segments.
final class LessonWriter {
    private let segments: SegmentSequence
    private let muxer: MPEGTSMuxer
    private let done: WorkDone
    private let extradata: [UInt8]
    private var interleaver: Interleaver
    private var shift: Int64?
    private var clock = PictureClock()
    private var pictureEnd: Double?
    private var statedEnd: Double?
    /// RFC 6381 name of the pictures' codec, known from the first picture on.
    private(set) var videoCodec = "avc1"

    /// Pictures that were written.
    private(set) var pictureCount = 0
    /// Whether a packet of sound was written.
    private(set) var hasSound = false

    /// - Parameters:
    ///   - tracks: codec parameters of each track, in the order of `Track`.
    ///   - maxWaitingBytes: of packets of one track, until the other one has come so far.
    init(
        _ segments: SegmentSequence, tracks: [UnsafePointer<AVCodecParameters>], done: WorkDone,
        maxWaitingBytes: Int
    ) throws(MediaError) {
        self.segments = segments
        self.done = done
        extradata = tracks.first.map { CodecParameters.extradata($0.pointee) } ?? []
        muxer = try MPEGTSMuxer(tracks: tracks, sink: segments.sink)
        interleaver = Interleaver(hasAudio: tracks.count > 1, maxWaitingBytes: maxWaitingBytes)
    }

    /// Takes the next packet of a track; writes as much as is in order by now.
    func append(_ packet: OutputPacket) throws(MediaError) {
        interleaver.append(packet)
        try drain()
    }

    /// Bytes of packets that wait for the other track.
    var waitingBytes: Int { interleaver.waitingBytes }

    /// Told before a picture is shown again, up to which second: sound that is heard until then may be read first.
    var onHold: ((Double) throws(MediaError) -> Void)?

    /// A picture is held up to a second of the film.
    func hold(to second: Double) throws(MediaError) { try onHold?(second) }

    /// More sound waits than may, and no picture can be written yet.
    var waitsForPictures: Bool { interleaver.isStuck }

    /// No packet of `track` comes any more.
    ///
    /// - Parameters:
    ///   - second: where its last picture ends, in the time of the packets; nil where they say it themselves.
    ///   - stated: the same, as the file says it for a picture of which nothing better is known.
    func finish(_ track: Track, at second: Double? = nil, or stated: Double? = nil) throws(MediaError) {
        pictureEnd = second ?? pictureEnd
        statedEnd = stated ?? statedEnd
        interleaver.finish(track)
        try drain()
    }

    /// Closes the last segment and writes the playlist.
    func finish() throws(MediaError) {
        try drain()
        if let statedEnd { clock.assume(end: Track.timeBase.ticks(statedEnd) - (shift ?? 0)) }
        if let pictureEnd {
            clock.close(at: Track.timeBase.ticks(pictureEnd) - (shift ?? 0))
        }
        try closeSegment(at: clock.end)
        try segments.finish()
    }

    private func drain() throws(MediaError) {
        while let packet = interleaver.next() {
            try write(packet)
        }
    }

    private func write(_ packet: OutputPacket) throws(MediaError) {
        // The first picture's DTS, or a sound before it, becomes 0; MPEG-TS has no negative times.
        let shift = self.shift ?? min(packet.dts, interleaver.earliest)
        if self.shift == nil {
            videoCodec = CodecName.avc(extradata: extradata, firstPicture: packet.packet.bytes)
        }
        self.shift = shift
        packet.packet.pointer.pointee.dts = packet.dts - shift
        packet.packet.pointer.pointee.pts = packet.pts - shift
        if packet.track == .video {
            if packet.startsSegment || !segments.isOpen { try beginSegment(at: packet.pts) }
            pictureCount += 1
            clock.add(pts: packet.pts, duration: packet.packet.duration)
        } else {
            hasSound = true
            clock.extend(to: packet.pts + packet.packet.duration)
        }
        try muxer.write(packet)
        if packet.track == .video {
            done.didWrite(to: Double(clock.end - clock.start) / Track.ticksPerSecond)
        }
    }

    private func beginSegment(at pts: Int64) throws(MediaError) {
        try closeSegment(at: pts)
        try segments.open(at: pts)
        muxer.repeatTables()
    }

    private func closeSegment(at pts: Int64) throws(MediaError) {
        guard segments.isOpen else { return }
        try muxer.flush()
        try segments.close(at: pts)
    }
}
