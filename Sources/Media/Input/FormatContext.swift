import CLibAV
import Glibc
import MediaProtocol

/// An opened container and its owner: headers and streams as libav has them (avformat.h: AVFormatContext).
///
/// Opens nothing but the one file it was given: custom I/O, a list of containers, and an `io_open` that refuses.
final class FormatContext {
    /// mem.h: av_max_alloc, for the whole process. An 8K picture takes a third of it; more is a file's invention.
    private static let allocationLimit: Void = av_max_alloc(1 << 30)

    /// Nil once it is closed.
    private(set) var pointer: UnsafeMutablePointer<AVFormatContext>?
    private let input: FileInput
    private let cancellation: Cancellation

    /// Reads the headers and as much media as `limits` allow.
    ///
    /// Throws `.unsupported` where the bytes are none of the accepted containers.
    /// - Parameter ignoresEdits: an MP4's or MOV's media is shown from its beginning to its end, whatever is asked.
    init(
        _ input: FileInput, ignoresEdits: Bool = false, limits: MediaLimits, cancellation: Cancellation
    ) throws(MediaError) {
        _ = Self.allocationLimit
        self.input = input
        self.cancellation = cancellation
        pointer = try Self.allocate(input: input, cancellation: cancellation)
        try readHeader(limits, ignoresEdits: ignoresEdits)
        try findStreams(limits)
    }

    deinit { close() }

    /// Ends its use of the input, which another context may read from then on.
    func close() { avformat_close_input(&pointer) }

    /// The streams in the container's order.
    var streams: [Stream] {
        guard let pointer, let list = pointer.pointee.streams else { return [] }
        return (0..<Int(pointer.pointee.nb_streams)).compactMap { list[$0].map(Stream.init(pointer:)) }
    }

    /// The demuxer's name: "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", …
    var name: String { pointer?.pointee.iformat.map { String(cString: $0.pointee.name) } ?? "" }

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

    private func readHeader(_ limits: MediaLimits, ignoresEdits: Bool) throws(MediaError) {
        var options = LibAVOptions()
        options.set("format_whitelist", AcceptedFormats.demuxers)
        options.set("codec_whitelist", AcceptedDecoders.names)
        // No protocol has this name: should anything get past `io_open`, it finds no way out.
        options.set("protocol_whitelist", "none")
        options.set("max_streams", limits.maxStreams)
        // A recording that was joined from several goes on under other PIDs: the same streams, if it is the same program.
        options.set("merge_pmt_versions", 1)
        if ignoresEdits { options.set("ignore_editlist", 1) }
        options.set("probesize", limits.maxProbeBytes)
        options.set("analyzeduration", limits.maxProbeSeconds * Int(AV_TIME_BASE))
        // On failure avformat_open_input frees the context and sets the pointer to null.
        let code = avformat_open_input(&pointer, nil, nil, &options.dictionary)
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
        let code = avformat_find_stream_info(pointer, &options)
        // Interrupted, it answers success with streams it knows nothing of: without this look, a stop at the wrong
        // moment says of a good film that there is no video in it, for good.
        try cancellation.check()
        guard code >= 0 else {
            throw .input("avformat_find_stream_info", code, "The streams of this file cannot be read.")
        }
    }
}
