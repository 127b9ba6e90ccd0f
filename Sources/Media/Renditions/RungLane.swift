import CLibAV
import Domain
import MediaProtocol

/// Makes one rendition, in a thread of its own: takes pictures, scales them to its size, hands them on to the next smaller
/// one, and encodes those that it keeps.
final class RungLane {
    private let job: RungJob
    private let queue: PictureQueue
    private let next: PictureQueue?
    private let encoder: Encoder
    private let writer: RungWriter
    private var scaler: (shape: PictureShape, graph: FilterGraph)?
    /// Of what is scaled: those of the smaller ones too.
    private var passing: RungThinning
    private var keeping: RungThinning
    private var cuts: Set<Int64> = []

    /// - Parameters:
    ///   - next: where the next smaller one takes its pictures from.
    ///   - passedRate: most pictures in a second of this one and all below it; nil where one of them has all.
    ///   - progress: called with the number of segments that are written.
    init(
        _ job: RungJob, from queue: PictureQueue, to next: PictureQueue?, passedRate: Double?,
        progress: @escaping (Int) -> Void
    ) throws(MediaError) {
        self.job = job
        self.queue = queue
        self.next = next
        let capture = job.common.capture
        encoder = try job.encoding.encoder(timeBase: Track.timeBase, capture: capture, threads: job.threads)
        writer = try RungWriter(job, parameters: encoder.parameters, capture: capture, progress: progress)
        passing = RungThinning(rate: passedRate)
        keeping = RungThinning(rate: job.settings.maxFrameRate)
    }

    /// Works until no picture follows, and writes the playlist.
    func run() throws(MediaError) {
        while let picture = try queue.take() {
            try job.common.cancellation.check()
            try accept(picture)
        }
        next?.close()
        try encoder.encode(nil) { packet throws(MediaError) in try self.write(packet) }
        try writer.finish()
        let path = "\(job.common.directory)/\(job.name.playlist)"
        try OutputFile.write(Array(job.playlist.utf8), to: path)
    }

    private func accept(_ picture: Picture) throws(MediaError) {
        guard passing.keeps(pts: picture.pts, isCut: picture.isCut) else { return }
        let frame = try scaled(picture.frame)
        if let next {
            let shared = try Frame(sharing: frame, at: picture.pts)
            guard next.put(Picture(frame: shared, pts: picture.pts, isCut: picture.isCut)) else { return }
        }
        guard keeping.keeps(pts: picture.pts, isCut: picture.isCut) else { return }
        let own = try Frame(sharing: frame, at: picture.pts)
        if picture.isCut { cuts.insert(picture.pts) }
        own.pointer.pointee.pict_type = picture.isCut ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        try encoder.encode(own) { packet throws(MediaError) in try self.write(packet) }
    }

    private func scaled(_ frame: Frame) throws(MediaError) -> Frame {
        let target = job.settings.target
        let shape = PictureShape(frame)
        if Int(shape.width) == target.width && Int(shape.height) == target.height { return frame }
        if scaler?.shape != shape {
            let chain = "scale=\(target.width):\(target.height):flags=bicubic,setsar=1"
            let graph = try FilterGraph(.video, input: shape.input(Track.timeBase), chain: chain, threads: 1)
            scaler = (shape, graph)
        }
        var result: Frame?
        try scaler?.graph.filter(frame) { scaled throws(MediaError) in result = scaled }
        guard let result else {
            throw MediaError(.internal, "A picture was lost on the way.", operation: "scale")
        }
        return result
    }

    private func write(_ packet: Packet) throws(MediaError) {
        let isCut = packet.pts.map { cuts.remove($0) != nil } ?? false
        guard !isCut || packet.isKey else {
            throw OutputRule.independentStart.broken(
                "\(job.name), a segment would begin with another picture")
        }
        try writer.append(OutputPacket(packet: packet, track: .video, startsSegment: isCut))
    }
}
