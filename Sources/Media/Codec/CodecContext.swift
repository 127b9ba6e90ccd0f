import CLibAV
import MediaProtocol

/// An AVCodecContext and its owner (avcodec.h: avcodec_alloc_context3). Born and used in one thread.
final class CodecContext {
    /// Valid as long as this object.
    let pointer: UnsafeMutablePointer<AVCodecContext>

    /// - Parameter capture: gets what the codec logs, from its worker threads too; must outlive this object.
    init(_ codec: UnsafePointer<AVCodec>, capture: LogCapture) throws(MediaError) {
        guard let pointer = avcodec_alloc_context3(codec) else {
            throw .outOfMemory("avcodec_alloc_context3")
        }
        pointer.pointee.opaque = capture.opaque
        self.pointer = pointer
    }

    deinit {
        var owned: UnsafeMutablePointer<AVCodecContext>? = pointer
        avcodec_free_context(&owned)
    }
}
