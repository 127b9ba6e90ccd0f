import CLibAV
import MediaProtocol

/// The muxer's output: an AVIO context whose bytes go to whatever segment is open (avio.h: avio_alloc_context).
final class SegmentSink {
    /// TS packets of 188 bytes; their number is a multiple of 4, so that a full buffer is whole AES blocks.
    static let bufferSize = 188 * 1392

    /// Where bytes go; the muxer must be flushed before it changes.
    var segment: EncryptedSegment? {
        didSet {
            isAtStart = true
            if segment != nil { inspector.beginSegment() }
        }
    }
    /// Has seen every byte that went into a segment.
    var inspector = SegmentInspector()
    private(set) var failure: MediaError?
    private var isAtStart = true
    private var ownedContext: UnsafeMutablePointer<AVIOContext>?

    deinit {
        if let context = ownedContext {
            av_free(context.pointee.buffer)
            avio_context_free(&ownedContext)
        }
    }

    /// The context to hand to a muxer, made once; it lives as long as this object.
    func context() throws(MediaError) -> UnsafeMutablePointer<AVIOContext> {
        if let ownedContext { return ownedContext }
        guard let buffer = av_malloc(Self.bufferSize) else { throw .outOfMemory("av_malloc") }
        let context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferSize), 1,
            Unmanaged.passUnretained(self).toOpaque(), nil,
            { opaque, bytes, count in
                guard let opaque, let bytes else { return focust_averror_exit }
                let sink = Unmanaged<SegmentSink>.fromOpaque(opaque).takeUnretainedValue()
                return sink.take(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            }, nil)
        guard let context else {
            av_free(buffer)
            throw .outOfMemory("avio_alloc_context")
        }
        ownedContext = context
        return context
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard failure == nil else { return focust_averror_exit }
        guard let segment else { return Int32(bytes.count) }
        do throws(MediaError) {
            let packets = isAtStart ? Self.withoutServiceDescription(bytes) : bytes
            isAtStart = false
            inspector.read(packets)
            try segment.write(packets)
            return Int32(bytes.count)
        } catch {
            failure = error
            return error.code?.rawValue ?? focust_averror_exit
        }
    }

    /// RFC 8216 §3.2: the first two packets should be a PAT and a PMT; the muxer puts an SDT (PID 17) in front.
    private static func withoutServiceDescription(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard bytes.count >= 188, bytes[1] & 0x1F == 0, bytes[2] == 17 else { return bytes }
        return UnsafeRawBufferPointer(rebasing: bytes[188...])
    }
}
