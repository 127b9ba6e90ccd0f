import CLibAV
import MediaProtocol

/// Codec parameters and their owner (codec_par.h: AVCodecParameters).
final class CodecParameters {
    /// Valid as long as this object.
    let pointer: UnsafeMutablePointer<AVCodecParameters>

    init() throws(MediaError) {
        guard let pointer = avcodec_parameters_alloc() else { throw .outOfMemory("avcodec_parameters_alloc") }
        self.pointer = pointer
    }

    deinit {
        var owned: UnsafeMutablePointer<AVCodecParameters>? = pointer
        avcodec_parameters_free(&owned)
    }

    /// The codec's headers (avcC, AudioSpecificConfig, Annex B parameter sets, …).
    static func extradata(_ parameters: AVCodecParameters) -> [UInt8] {
        guard let data = parameters.extradata, parameters.extradata_size > 0 else { return [] }
        return [UInt8](UnsafeBufferPointer(start: data, count: Int(parameters.extradata_size)))
    }
}
