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

    deinit {
        var owned: UnsafeMutablePointer<AVFrame>? = pointer
        av_frame_free(&owned)
    }

    var pts: Int64? { Packet.timestamp(pointer.pointee.pts) }

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
