import CLibAV
import MediaProtocol

/// An opened upload: its container's headers, its streams, its packets. Of a recording that becomes another one on the way,
/// the first part.
final class Demuxer {
    private var format: FormatContext
    private let cancellation: Cancellation
    /// Seconds; a longer duration is doubted.
    let maxDuration: Double
    /// The file, or the first part of it.
    private(set) var input: FileInput
    /// What follows the first part, where the recording becomes another one on the way.
    private(set) var laterParts: [Range<Int64>] = []
    /// Of the later parts.
    private(set) lazy var survey = PartsSurvey(self)
    /// Bytes of the file.
    let byteSize: Int64
    private var part: Range<Int64>?
    /// What the edit lists of an MP4 or MOV ask for.
    private var edits: EditSpeeds?
    /// No packet was taken: one that was cannot be had back, as libav cannot go to what has no time or is not in an index.
    private(set) var isUnread = true
    private let path: String
    /// Which of its streams become a lesson.
    private(set) lazy var selection = StreamSelection(self, limits: limits)
    private let limits: MediaLimits

    /// Reads the headers and as much media as `limits` allow.
    ///
    /// Throws `.unsupported` where the bytes are none of the accepted containers.
    /// - Parameter part: the bytes that are read, as if they were a file; nil for all, or for the first part of them.
    init(
        _ path: String, part: Range<Int64>? = nil, limits: MediaLimits, cancellation: Cancellation
    ) throws(MediaError) {
        self.path = path
        self.limits = limits
        self.cancellation = cancellation
        let input = try FileInput(path: path, part: part, cancellation: cancellation)
        self.input = input
        byteSize = input.size
        self.part = part
        guard input.size > 0 else {
            throw MediaError(.unsupported, "The file is empty.", operation: "probe")
        }
        maxDuration = limits.maxDurationSeconds
        format = try FormatContext(input, limits: limits, cancellation: cancellation)
        if part == nil, formatName == "mpegts" { try keepFirstPart() }
        if formatName.hasPrefix("mov") { try leaveSpeeds() }
        if isIncomplete && input.size > limits.maxProbeBytes { try lookFurther() }
    }

    /// The same once more, from its beginning.
    func again() throws(MediaError) -> Demuxer {
        let again = try Demuxer(path, part: part, limits: limits, cancellation: cancellation)
        again.laterParts = laterParts
        return again
    }

    /// What follows this part. Throws `.unsupported` where those bytes are no transport stream.
    func next(_ part: Range<Int64>) throws(MediaError) -> Demuxer {
        let next = try Demuxer(path, part: part, limits: limits, cancellation: cancellation)
        guard next.formatName == formatName else {
            throw MediaError(.unsupported, "It is in another container.", operation: "parts")
        }
        return next
    }

    private func keepFirstPart() throws(MediaError) {
        let parts = TransportParts(input).ranges
        guard parts.count <= TransportParts.maxCount else {
            throw MediaError(
                .unsupported,
                "The recording becomes another one more than \(TransportParts.maxCount) times on the way.",
                operation: "parts")
        }
        part = parts[0]
        guard parts.count > 1 else { return }
        format.close()
        input = try FileInput(path: path, part: part, cancellation: cancellation)
        laterParts = Array(parts.dropFirst())
        format = try FormatContext(input, limits: limits, cancellation: cancellation)
    }

    /// An edit list that asks for another speed is left out: what libavformat makes of it would lack pictures.
    private func leaveSpeeds() throws(MediaError) {
        edits = EditSpeeds(input).keeping(Set(streams.filter(\.isMedia).map(\.id)))
        guard edits?.unusual.isEmpty == false else { return }
        format.close()
        format = try FormatContext(input, ignoresEdits: true, limits: limits, cancellation: cancellation)
    }

    private func lookFurther() throws(MediaError) {
        var further = limits
        further.maxProbeBytes = limits.maxLateBytes
        further.maxProbeSeconds = limits.maxLateSeconds
        format.close()
        format = try FormatContext(
            input, ignoresEdits: edits?.unusual.isEmpty == false, limits: further, cancellation: cancellation)
    }

    /// What is not done that the file asks for, in words.
    var ignoredEdits: [String] { edits?.ignored ?? [] }

    /// The streams in the container's order.
    var streams: [Stream] { format.streams }

    /// The demuxer's name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", …
    var formatName: String { format.name }

    /// A HEIC or AVIF photograph, which is an MP4 by its build (ISO/IEC 23008-12 §10): its major brand says so.
    var isPhotograph: Bool {
        guard
            let brand = av_dict_get(format.pointer?.pointee.metadata, "major_brand", nil, AV_DICT_MATCH_CASE)
        else {
            return false
        }
        return ["heic", "heix", "heim", "heis", "mif1", "mif2", "avif"].contains(
            String(cString: brand.pointee.value))
    }

    /// avformat.h: AVFMT_TS_DISCONT, a format whose times may jump (MPEG-TS, MPEG-PS).
    var hasDiscontinuousTimes: Bool {
        (format.pointer?.pointee.iformat.map { $0.pointee.flags & AVFMT_TS_DISCONT != 0 }) ?? false
    }

    /// Seconds that the container claims, or that libav made of the streams' claims.
    var claimed: Double? { format.pointer.flatMap { Self.seconds($0.pointee.duration) } }

    /// Seconds, of the first packet; nil where it is not known.
    var startTime: Double? { format.pointer.flatMap { Self.seconds($0.pointee.start_time) } }

    private static func seconds(_ ticks: Int64) -> Double? {
        Packet.timestamp(ticks).map { Double($0) / Double(AV_TIME_BASE) }
    }

    /// A stream that the headers announce did not come in what was read.
    private var isIncomplete: Bool {
        let media = streams.filter {
            $0.isMedia && !$0.isAttachedPicture
                && AcceptedDecoders.decoder(for: $0.parameters.codec_id) != nil
        }
        if media.contains(where: { !$0.isDecodable }) { return true }
        guard formatName == "flv" else { return false }
        // Adobe FLV 10.1 §E.2: bit 2 of the flags says that there is sound, bit 0 that there are pictures.
        let flags = input.bytes(at: 4, count: 1).first ?? 0
        return [(AVMEDIA_TYPE_AUDIO, 4), (AVMEDIA_TYPE_VIDEO, 1)].contains { type, bit in
            flags & bit != 0 && !media.contains { $0.parameters.codec_type == type }
        }
    }

    /// Share of the file, or of its first part, that was read, 0 to 1.
    var readShare: Double {
        guard let source = format.pointer?.pointee.pb else { return 0 }
        return Double(avio_seek(source, 0, SEEK_CUR)) / Double(max(1, input.size))
    }

    /// Reads the next packet of any stream into `packet`; false at the end of the file.
    func read(into packet: Packet) throws(MediaError) -> Bool {
        packet.unreference()
        isUnread = false
        let code = av_read_frame(format.pointer, packet.pointer)
        if code < 0 { try cancellation.check() }
        if code == focust_averror_eof { return false }
        guard code >= 0 else {
            throw .input("av_read_frame", code, "The file is damaged and cannot be read to its end.")
        }
        guard !packet.isEncrypted else {
            let isSound = streams[packet.streamIndex].parameters.codec_type == AVMEDIA_TYPE_AUDIO
            throw Protection.refusal(isSound ? .audio : .video, Protection.ofPackets)
        }
        try PacketTimes.check(packet, timeBase: timeBase(of: packet.streamIndex))
        return true
    }

    private func timeBase(of index: Int) -> AVRational {
        format.pointer?.pointee.streams?[index]?.pointee.time_base ?? AVRational(num: 1, den: 1)
    }

    /// Goes to the last key packet before a moment of the file, in seconds.
    func seek(to seconds: Double) throws(MediaError) {
        let ticks = Int64(clamping: seconds * Double(AV_TIME_BASE))
        let code = avformat_seek_file(format.pointer, -1, Int64.min, ticks, ticks, 0)
        guard code >= 0 else { throw .input("avformat_seek_file", code, "The file cannot be searched.") }
    }

    /// Packets of other streams are skipped by the demuxer itself where it can.
    func keepOnly(_ indexes: Set<Int>) {
        for stream in streams {
            stream.pointer.pointee.discard =
                indexes.contains(stream.index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
    }
}
