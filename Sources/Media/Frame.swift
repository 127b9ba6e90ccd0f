import CLibAV
import MediaProtocol

/// One decoded picture or run of samples and its owner (frame.h: AVFrame).
final class Frame {
    /// Valid as long as this object; libav functions take it.
    let pointer: UnsafeMutablePointer<AVFrame>

    init() throws(MediaError) {
        guard let pointer = av_frame_alloc() else { throw .outOfMemory("av_frame_alloc") }
        self.pointer = pointer
    }

    /// Another owner of the same picture or samples, at a time of its own (frame.h: av_frame_ref).
    convenience init(sharing other: Frame, at pts: Int64? = nil) throws(MediaError) {
        try self.init()
        let code = av_frame_ref(pointer, other.pointer)
        guard code >= 0 else { throw .library("av_frame_ref", code) }
        if let pts { pointer.pointee.pts = pts }
    }

    deinit {
        var owned: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&owned)
    }

    var pts: Int64? { Packet.timestamp(pointer.pointee.pts) }

    /// Ticks of the packet that it was decoded from; 0 where that said nothing.
    var duration: Int64 { max(0, focust_av_frame_duration(pointer)) }

    /// Bytes of what was decoded (frame.h: AVFrame.buf).
    var byteCount: Int {
        (0..<Int32(AV_NUM_DATA_POINTERS)).reduce(0) { sum, plane in
            sum + Int(av_frame_get_plane_buffer(pointer, plane)?.pointee.size ?? 0)
        }
    }

    /// Gives the data back; the frame can be filled again.
    func unreference() {
        av_frame_unref(pointer)
    }
}
