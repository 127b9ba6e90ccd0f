import CLibAV
import Glibc
import MediaProtocol

/// An opened upload: its container's headers, its streams, its packets (avformat.h: AVFormatContext).
///
/// Opens nothing but the one file it was given: custom I/O, a list of containers, and an `io_open` that refuses.
final class Demuxer {
    /// mem.h: av_max_alloc, for the whole process. An 8K picture takes a third of it; more is a file's invention.
    private static let allocationLimit: Void = av_max_alloc(1 << 30)

    private var context: UnsafeMutablePointer<AVFormatContext>?
    private let cancellation: Cancellation
    /// Seconds; a longer duration is doubted.
    let maxDuration: Double
    /// The file, or the first part of it.
    private(set) var input: FileInput
    /// What follows the first part, where the recording becomes another one on the way.
    private(set) var laterParts: [Range<Int64>] = []
    /// Seconds of all parts, measured once.
    private(set) lazy var partsDuration = measureParts()
    /// Bytes of the file.
    let byteSize: Int64
    private var part: Range<Int64>?
    /// By track ID, what edit lists ask for other than the usual speed.
    private var speeds: [Int: Double] = [:]
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
        _ = Self.allocationLimit
        self.path = path
        self.limits = limits
        self.cancellation = cancellation
        input = try FileInput(path: path, part: part, cancellation: cancellation)
        byteSize = input.size
        self.part = part
        guard input.size > 0 else {
            throw MediaError(.unsupported, "The file is empty.", operation: "probe")
        }
        maxDuration = limits.maxDurationSeconds
        try open(limits)
        if part == nil, formatName == "mpegts" { try keepFirstPart() }
        if formatName.hasPrefix("mov") { try leaveSpeeds() }
        if isIncomplete && input.size > limits.maxProbeBytes {
            avformat_close_input(&context)
            var further = limits
            further.maxProbeBytes = limits.maxLateBytes
            further.maxProbeSeconds = limits.maxLateSeconds
            try open(further)
        }
    }

    deinit {
        avformat_close_input(&context)
    }

    /// The same part once more, from its beginning.
    func again() throws(MediaError) -> Demuxer {
        try Demuxer(path, part: part, limits: limits, cancellation: cancellation)
    }

    /// What follows this part.
    func next(_ part: Range<Int64>) throws(MediaError) -> Demuxer {
        try Demuxer(path, part: part, limits: limits, cancellation: cancellation)
    }

    /// An edit list that asks for another speed is left out: what libavformat makes of it would lack pictures.
    private func leaveSpeeds() throws(MediaError) {
        speeds = EditSpeeds(input).unusual.filter { speed in
            streams.contains { $0.id == speed.key && $0.isMedia }
        }
        guard !speeds.isEmpty else { return }
        avformat_close_input(&context)
        try open(limits)
    }

    /// What is not done that the file asks for, in words.
    var ignoredEdits: [String] {
        speeds.sorted { $0.key < $1.key }.map { id, speed in
            "the edit lists, of which that of track \(id) asks for a speed of \((speed * 100).rounded() / 100)"
        }
    }

    private func keepFirstPart() throws(MediaError) {
        let parts = TransportParts(input).ranges
        guard parts.count > 1 else { return }
        avformat_close_input(&context)
        part = parts[0]
        input = try FileInput(path: path, part: part, cancellation: cancellation)
        laterParts = Array(parts.dropFirst())
        try open(limits)
    }

    /// The streams in the container's order.
    var streams: [Stream] {
        guard let context, let list = context.pointee.streams else { return [] }
        return (0..<Int(context.pointee.nb_streams)).compactMap { list[$0].map(Stream.init(pointer:)) }
    }

    /// The demuxer's name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", …
    var formatName: String {
        context?.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
    }

    /// A HEIC or AVIF photograph, which is an MP4 by its build (ISO/IEC 23008-12 §10): its major brand says so.
    var isPhotograph: Bool {
        guard let brand = av_dict_get(context?.pointee.metadata, "major_brand", nil, AV_DICT_MATCH_CASE)
        else {
            return false
        }
        return ["heic", "heix", "heim", "heis", "mif1", "mif2", "avif"].contains(
            String(cString: brand.pointee.value))
    }

    /// avformat.h: AVFMT_TS_DISCONT, a format whose times may jump (MPEG-TS, MPEG-PS).
    var hasDiscontinuousTimes: Bool {
        (context?.pointee.iformat.map { $0.pointee.flags & AVFMT_TS_DISCONT != 0 }) ?? false
    }

    /// Seconds that the container claims, or that libav made of the streams' claims.
    var claimed: Double? {
        guard let ticks = context.flatMap({ Packet.timestamp($0.pointee.duration) }) else { return nil }
        return Double(ticks) / Double(AV_TIME_BASE)
    }

    /// Seconds, of the first packet; nil where it is not known.
    var startTime: Double? {
        guard let ticks = context.flatMap({ Packet.timestamp($0.pointee.start_time) }) else { return nil }
        return Double(ticks) / Double(AV_TIME_BASE)
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
        guard let source = context?.pointee.pb else { return 0 }
        return Double(avio_seek(source, 0, SEEK_CUR)) / Double(max(1, input.size))
    }

    /// Reads the next packet of any stream into `packet`; false at the end of the file.
    func read(into packet: Packet) throws(MediaError) -> Bool {
        packet.unreference()
        isUnread = false
        let code = av_read_frame(context, packet.pointer)
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
        context?.pointee.streams?[index]?.pointee.time_base ?? AVRational(num: 1, den: 1)
    }

    /// How many packets a stream has, where the container has a whole index: an MP4 or MOV without fragments.
    func indexedPackets(of stream: Stream) -> Int? {
        let count = Int(avformat_index_get_entries_count(stream.pointer))
        let stated = Int(stream.pointer.pointee.nb_frames)
        return formatName.hasPrefix("mov") && stated > 0 && count >= stated ? count : nil
    }

    /// Whether an MP4 or MOV names a stream and then lists nothing of it, though it has no fragments that could.
    func listsNoPackets(of stream: Stream) -> Bool {
        formatName.hasPrefix("mov") && avformat_index_get_entries_count(stream.pointer) == 0
            && streams.contains { indexedPackets(of: $0) != nil }
    }

    /// When the last packet of a stream that an MP4 or MOV lists whole is shown to its end, in seconds; nil where the
    /// file does not know, or claims more than any film.
    ///
    /// Of packets that are shown in another order than decoded libavformat does not tell how long each lasts.
    func statedEnd(of stream: Stream) -> Double? {
        let (start, ticks) = (stream.pointer.pointee.start_time, stream.pointer.pointee.duration)
        guard indexedPackets(of: stream) != nil, missingShare(of: stream) == 0, ticks > 0,
            ticks != Self.unknown, Double(ticks) * stream.timeBase.secondsPerTick <= maxDuration,
            let start = Packet.timestamp(start)
        else { return nil }
        return (Double(start) + Double(ticks)) * stream.timeBase.secondsPerTick
    }

    /// Share (0 to 1) of a stream's packets that lie behind the end of the file, because it was cut off.
    ///
    /// Only MP4 and MOV list their packets; of other containers this is 0.
    func missingShare(of stream: Stream) -> Double {
        guard formatName.hasPrefix("mov") else { return 0 }
        let count = avformat_index_get_entries_count(stream.pointer)
        let missing = (0..<max(0, count)).filter {
            guard let entry = avformat_index_get_entry(stream.pointer, $0)?.pointee else { return false }
            return entry.pos > input.size - Int64(entry.size)
        }
        return Double(missing.count) / Double(max(1, count))
    }

    /// Goes to the last key packet before a moment of the file, in seconds.
    func seek(to seconds: Double) throws(MediaError) {
        let ticks = Int64(clamping: seconds * Double(AV_TIME_BASE))
        let code = avformat_seek_file(context, -1, Int64.min, ticks, ticks, 0)
        guard code >= 0 else { throw .input("avformat_seek_file", code, "The file cannot be searched.") }
    }

    /// Packets of other streams are skipped by the demuxer itself where it can.
    func keepOnly(_ indexes: Set<Int>) {
        for stream in streams {
            stream.pointer.pointee.discard =
                indexes.contains(stream.index) ? AVDISCARD_DEFAULT : AVDISCARD_ALL
        }
    }

    private static func allocate(
        input: FileInput, cancellation: Cancellation
    ) throws(MediaError) -> UnsafeMutablePointer<AVFormatContext> {
        let source = try input.context()
        avio_seek(source, 0, SEEK_SET)
        guard let context = avformat_alloc_context() else { throw .outOfMemory("avformat_alloc_context") }
        context.pointee.pb = source
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        context.pointee.io_open = { _, _, _, _, _ in -EPERM }
        context.pointee.interrupt_callback.opaque = Unmanaged.passUnretained(cancellation).toOpaque()
        context.pointee.interrupt_callback.callback = { opaque in
            guard let opaque else { return 0 }
            return Unmanaged<Cancellation>.fromOpaque(opaque).takeUnretainedValue().isCancelled ? 1 : 0
        }
        return context
    }

    private func open(_ limits: MediaLimits) throws(MediaError) {
        context = try Self.allocate(input: input, cancellation: cancellation)
        try readHeader(limits)
        try findStreams(limits)
    }

    private func readHeader(_ limits: MediaLimits) throws(MediaError) {
        var options = LibAVOptions()
        options.set("format_whitelist", AcceptedFormats.demuxers)
        options.set("codec_whitelist", AcceptedDecoders.names)
        // No protocol has this name: should anything get past `io_open`, it finds no way out.
        options.set("protocol_whitelist", "none")
        options.set("max_streams", limits.maxStreams)
        // A recording that was joined from several goes on under other PIDs: the same streams, if it is the same program.
        options.set("merge_pmt_versions", 1)
        if !speeds.isEmpty { options.set("ignore_editlist", 1) }
        options.set("probesize", limits.maxProbeBytes)
        options.set("analyzeduration", limits.maxProbeSeconds * Int(AV_TIME_BASE))
        // On failure avformat_open_input frees the context and sets the pointer to null.
        let code = avformat_open_input(&context, nil, nil, &options.dictionary)
        guard code >= 0 else {
            try cancellation.check()
            if let refusal = Protection.refusal(ofUnopened: input) { throw refusal }
            throw .input(
                "avformat_open_input", code,
                "This is not a video file that can be read: \(AcceptedFormats.list) are accepted.")
        }
    }

    private func findStreams(_ limits: MediaLimits) throws(MediaError) {
        let count = streams.count
        // One dictionary per stream, each for the decoder that libav may open to look at a first picture.
        var options = [OpaquePointer?](repeating: nil, count: count)
        for index in options.indices {
            av_dict_set(&options[index], "max_pixels", "\(limits.maxPixels)", 0)
            av_dict_set(&options[index], "threads", "1", 0)
        }
        defer { for index in options.indices { av_dict_free(&options[index]) } }
        let code = avformat_find_stream_info(context, &options)
        // Interrupted, it answers success with streams it knows nothing of: without this look, a stop at the wrong
        // moment says of a good film that there is no video in it, for good.
        try cancellation.check()
        guard code >= 0 else {
            throw .input("avformat_find_stream_info", code, "The streams of this file cannot be read.")
        }
    }
}
