import CLibAV

/// What of a picture a filter graph is built for.
struct PictureShape: Equatable {
    let width: Int32
    let height: Int32
    let format: Int32
    /// Of one pixel, as the picture itself says.
    let ratio: Ratio

    /// The pictures that the probe promised.
    init(_ stream: Stream) {
        width = stream.parameters.width
        height = stream.parameters.height
        format = stream.parameters.format
        ratio = Ratio(stream.parameters.sample_aspect_ratio, unknown: .one)
    }

    init(_ frame: Frame) {
        width = frame.pointer.pointee.width
        height = frame.pointer.pointee.height
        format = frame.pointer.pointee.format
        ratio = Ratio(frame.pointer.pointee.sample_aspect_ratio, unknown: .one)
    }

    /// Options of libavfilter's `buffer`. Pixels count as square here: the target's size made up for them.
    func input(_ timeBase: AVRational) -> String {
        "video_size=\(width)x\(height):pix_fmt=\(format):time_base=\(timeBase.num)/\(timeBase.den)"
    }
}
