import CLibAV
import MediaProtocol

/// Makes one decoded picture of a video a JPEG: upright, in square pixels, no wider than a page shows it.
struct Still {
    /// JPEG quality as libavcodec counts it, 1 best to 31: 4 is about 85 of 100.
    private static let quality: Int32 = 4

    private let frame: Frame
    private let facts: VideoFacts
    private let timeBase: AVRational
    private let matrix: AVColorSpace
    private let target: PictureTarget

    /// - Parameter frame: keeps its own shape, where the film's first pictures have another.
    init(_ frame: Frame, of stream: Stream) {
        self.frame = frame
        let first = stream.videoFacts
        let shape = PictureShape(frame)
        facts = first.showing(
            width: Int(shape.width), height: Int(shape.height),
            sampleAspectRatio: shape.ratio == PictureShape(stream).ratio
                ? first.sampleAspectRatio : shape.ratio)
        timeBase = stream.timeBase
        matrix = stream.parameters.color_space
        target = PictureTarget(facts, maxHeight: Int.max).limited(toWidth: Poster.maxWidth)
    }

    /// The bytes of the file; nil where the filters give nothing.
    func jpeg(capture: LogCapture) throws(MediaError) -> [UInt8]? {
        if facts.gamut == .standard && facts.orientation == .upright && facts.scan != .interlaced {
            return try encode(scaled(), capture)
        }
        let chain = PictureChain(video: facts, target: target).still
        let graph = try FilterGraph(
            .video, input: PictureShape(frame).input(timeBase), chain: chain, threads: 1)
        var jpeg: [UInt8]?
        for input in [frame, nil] {
            try graph.filter(input) { picture throws(MediaError) in
                if jpeg == nil { jpeg = try self.encode(picture, capture) }
            }
        }
        return jpeg
    }

    /// Without libavfilter: what is copied needs nothing else of it.
    private func scaled() throws(MediaError) -> Frame {
        guard focust_scaler_is_there() == 1 else {
            throw MediaError(.internal, "libswscale is not installed.", operation: "dlopen")
        }
        let picture = try Frame()
        picture.pointer.pointee.width = Int32(target.width)
        picture.pointer.pointee.height = Int32(target.height)
        picture.pointer.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        var code = av_frame_get_buffer(picture.pointer, 0)
        guard code >= 0 else { throw .library("av_frame_get_buffer", code) }
        let isFull = frame.pointer.pointee.color_range == AVCOL_RANGE_JPEG
        code = focust_scale_to_jpeg(
            frame.pointer, picture.pointer, Int32(usedMatrix.rawValue), isFull ? 1 : 0)
        guard code >= 0 else { throw .library("sws_scale", code) }
        return picture
    }

    /// What says nothing of its colours is what players take it for.
    private var usedMatrix: AVColorSpace {
        guard matrix == AVCOL_SPC_UNSPECIFIED || matrix == AVCOL_SPC_RGB else { return matrix }
        return ColourTags.isTakenForBT709(lines: facts.height) ? AVCOL_SPC_BT709 : AVCOL_SPC_BT470BG
    }

    private func encode(_ picture: Frame, _ capture: LogCapture) throws(MediaError) -> [UInt8] {
        let frame = picture.pointer.pointee
        let encoder = try Encoder("mjpeg", capture: capture, options: []) { context in
            context.pointee.width = frame.width
            context.pointee.height = frame.height
            context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
            context.pointee.color_range = AVCOL_RANGE_JPEG
            context.pointee.time_base = AVRational(num: 1, den: 25)
            context.pointee.flags |= AV_CODEC_FLAG_QSCALE
            context.pointee.global_quality = Self.quality * FF_QP2LAMBDA
            context.pointee.thread_count = 1
        }
        picture.pointer.pointee.pts = 0
        picture.pointer.pointee.quality = Self.quality * FF_QP2LAMBDA
        picture.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        var bytes: [UInt8] = []
        try encoder.encode(picture) { packet throws(MediaError) in bytes += packet.bytes }
        try encoder.encode(nil) { packet throws(MediaError) in bytes += packet.bytes }
        return bytes
    }
}
