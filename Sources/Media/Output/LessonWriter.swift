import CLibAV
import Crypto
import Glibc

/// Writes a lesson's packets into segments, and its playlist at the end.
final class LessonWriter {
    private let directory: String
    private let key: ContentKey
    private let limits: MediaLimits
    private let shortest: Int64
    private let sink = SegmentSink()
    private let muxer: MPEGTSMuxer
    private var interleaver: Interleaver
    private var shift: Int64?
    private var segments: [MediaPlaylist.Segment] = []
    private var segmentStart: Int64?
    private var clock = PictureClock()
    private var finishedBytes = 0
    private let extradata: [UInt8]
    /// RFC 6381 name of the pictures' codec, known from the first picture on.
    private(set) var videoCodec = "avc1"

    init(
        directory: String, key: ContentKey, tracks: [UnsafePointer<AVCodecParameters>],
        segmentSeconds: Double, limits: MediaLimits
    ) throws(MediaError) {
        self.directory = directory
        self.key = key
        self.limits = limits
        shortest = Int64(segmentSeconds * SegmentGrid.sliverShare * Track.ticksPerSecond)
        extradata = tracks.first.map { CodecParameters.extradata($0.pointee) } ?? []
        muxer = try MPEGTSMuxer(tracks: tracks, sink: sink)
        interleaver = Interleaver(hasAudio: tracks.count > 1)
    }

    /// Seconds of pictures that are in segments.
    var secondsWritten: Double { Double(clock.end - clock.start) / Track.ticksPerSecond }

    /// Takes the next packet of a track; writes as much as is in order by now.
    func append(_ packet: OutputPacket) throws(MediaError) {
        interleaver.append(packet)
        try drain()
    }

    /// No packet of `track` comes any more.
    func finish(_ track: Track) throws(MediaError) {
        interleaver.finish(track)
        try drain()
    }

    /// Closes the last segment and writes the playlist; returns the segments and the bytes of all of them.
    func finish() throws(MediaError) -> (segments: [MediaPlaylist.Segment], bytes: Int) {
        try drain()
        try closeSegment(at: clock.end)
        try joinSliver()
        guard !segments.isEmpty else {
            throw MediaError(.unsupported, "There are no pictures in this video.", operation: "finish")
        }
        let playlist = MediaPlaylist(segments: segments)
        try OutputFile.write(Array(playlist.text.utf8), to: directory + "/output.m3u8")
        return (segments, finishedBytes)
    }

    private func drain() throws(MediaError) {
        while let packet = interleaver.next() {
            try write(packet)
        }
    }

    private func write(_ packet: OutputPacket) throws(MediaError) {
        // The first picture's DTS, or a sound before it, becomes 0; MPEG-TS has no negative times.
        let shift = self.shift ?? min(packet.dts, interleaver.earliest)
        self.shift = shift
        packet.packet.pointer.pointee.dts = packet.dts - shift
        packet.packet.pointer.pointee.pts = packet.pts - shift
        if packet.track == .video {
            if self.segmentStart == nil {
                videoCodec = CodecName.avc(extradata: extradata, firstPicture: packet.packet.bytes)
            }
            if packet.startsSegment || sink.segment == nil { try beginSegment(at: packet.pts) }
            clock.add(pts: packet.pts, duration: packet.packet.duration)
        }
        try muxer.write(packet)
    }

    private func beginSegment(at pts: Int64) throws(MediaError) {
        try closeSegment(at: pts)
        let number = segments.count
        let path = directory + "/" + MediaPlaylist.name(of: number)
        sink.segment = try EncryptedSegment(
            path: path, key: key, sequenceNumber: number, maxWrite: SegmentSink.bufferSize)
        segmentStart = pts
        muxer.repeatTables()
    }

    private func closeSegment(at pts: Int64) throws(MediaError) {
        guard let segment = sink.segment, let start = segmentStart else { return }
        try muxer.flush()
        try segment.finish()
        finishedBytes += segment.byteCount
        guard finishedBytes <= limits.maxOutputBytes else {
            throw MediaError(.unsupported, "The lesson would become too large.", operation: "output limit")
        }
        segments.append(.init(name: MediaPlaylist.name(of: segments.count), ticks: pts - start))
        sink.segment = nil
    }

    /// A last segment that nobody would notice becomes the end of the one before it, which is encrypted anew.
    private func joinSliver() throws(MediaError) {
        guard let last = segments.last, segments.count > 1, last.ticks < shortest else { return }
        let number = segments.count - 2
        let before = segments[number]
        let reader = SegmentReader(key: key)
        let plain = [
            try reader.plain(directory + "/" + before.name, sequenceNumber: number),
            try reader.plain(directory + "/" + last.name, sequenceNumber: number + 1),
        ]
        let joined = try EncryptedSegment(
            path: directory + "/" + before.name, key: key, sequenceNumber: number,
            maxWrite: plain.map(\.count).max() ?? 0)
        for part in plain {
            let outcome = part.withUnsafeBytes { bytes in
                Result { () throws(MediaError) in try joined.write(bytes) }
            }
            try outcome.get()
        }
        try joined.finish()
        unlink(directory + "/" + last.name)
        segments.removeLast(2)
        segments.append(.init(name: before.name, ticks: before.ticks + last.ticks))
    }
}
