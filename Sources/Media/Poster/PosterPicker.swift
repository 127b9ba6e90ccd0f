import CLibAV

/// Decodes some pictures of a video and keeps the most representative one as JPEG.
final class PosterPicker {
    /// JPEG quality as libavcodec counts it, 1 best to 31: 4 is about 85 of 100.
    private static let quality: Int32 = 4

    private let decoder: Decoder
    private let chain: String
    private let timeBase: AVRational
    private let capture: LogCapture
    private var graph: FilterGraph?
    private var shape: PictureShape?
    private var jpeg: [UInt8]?
    private var count: Int64 = 0

    init(_ stream: Stream, candidates: Int, limits: MediaLimits, capture: LogCapture) throws(MediaError) {
        let facts = stream.videoFacts
        let target = PictureTarget(facts, maxHeight: Int.max).limited(toWidth: Poster.maxWidth)
        let chain = PictureChain(video: facts, target: target)
        self.chain = "thumbnail=n=\(candidates),\(chain.still),format=yuvj420p"
        timeBase = stream.timeBase
        self.capture = capture
        decoder = try Decoder(stream, threads: 1, limits: limits, capture: capture)
    }

    /// Takes one key packet of the stream, which needs no other to be decoded.
    func offer(_ packet: Packet) throws(MediaError) {
        try decoder.decodeAlone(packet) { frame throws(MediaError) in try self.take(frame) }
    }

    /// The chosen picture's bytes; nil where none was decoded.
    func finish() throws(MediaError) -> [UInt8]? {
        try graph?.filter(nil) { picture throws(MediaError) in try self.encode(picture) }
        return jpeg
    }

    private func take(_ frame: Frame) throws(MediaError) {
        let shape = PictureShape(frame)
        // Pictures of another size cannot be compared; those that came first are as good.
        if let before = self.shape, before != shape { return }
        if graph == nil {
            graph = try FilterGraph(.video, input: shape.input(timeBase), chain: chain, threads: 1)
            self.shape = shape
        }
        count += 1
        frame.pointer.pointee.pts = count
        try graph?.filter(frame) { picture throws(MediaError) in try self.encode(picture) }
    }

    private func encode(_ picture: Frame) throws(MediaError) {
        guard jpeg == nil else { return }
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
        picture.pointer.pointee.quality = Self.quality * FF_QP2LAMBDA
        picture.pointer.pointee.pict_type = AV_PICTURE_TYPE_NONE
        try encoder.encode(picture) { packet throws(MediaError) in self.jpeg = Array(packet.bytes) }
        try encoder.encode(nil) { _ in }
    }
}
