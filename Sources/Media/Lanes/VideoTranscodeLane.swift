import CLibAV
import MediaProtocol

/// Decodes pictures, makes them upright, even and progressive, and encodes them with libx264.
final class VideoTranscodeLane: Lane {
    let track = Track.video
    private let reader: PictureReader
    private let encoder: Encoder
    private var clock: SegmentClock
    private var starts: Set<Int64> = []

    var parameters: UnsafePointer<AVCodecParameters> { encoder.parameters }

    /// - Parameters:
    ///   - facts: of the stream, as far as they were measured.
    ///   - rung: how the pictures are encoded; nil for the only rendition of a lesson.
    ///   - seconds: of the film; 0 where it is not known.
    init(
        _ stream: Stream, facts: VideoFacts, rung: RungSettings?, seconds: Double, job: ConversionJob
    ) throws(MediaError) {
        let settings = VideoSettings(
            facts, stream: stream, options: job.options, rung: rung, seconds: seconds)
        reader = try PictureReader(stream, facts: facts, target: settings.target, job: job)
        encoder = try settings.encoder(timeBase: reader.timeBase, capture: job.capture)
        clock = SegmentClock(target: settings.segmentTicks(reader.timeBase))
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        try reader.accept(packet, show(writer))
    }

    func wait(until second: Double, into writer: LessonWriter) throws(MediaError) {
        try reader.wait(until: second, show(writer))
    }

    func endPart(into writer: LessonWriter) throws(MediaError) {
        try reader.endPart(show(writer))
    }

    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError) {
        try reader.follow(stream, show(writer))
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        let end = try reader.finish(show(writer))
        try encoder.encode(nil) { packet throws(MediaError) in try self.pass(packet, writer) }
        try writer.finish(.video, at: end)
    }

    private func show(_ writer: LessonWriter) -> PictureReader.Show {
        PictureReader.Show(hold: writer.hold) { picture throws(MediaError) in
            try self.encode(picture, writer)
        }
    }

    private func encode(_ picture: Frame, _ writer: LessonWriter) throws(MediaError) {
        let begins = picture.pts.map { clock.begins(at: $0) } ?? false
        if begins, let pts = picture.pts { starts.insert(pts) }
        picture.pointer.pointee.pict_type = begins ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
        try encoder.encode(picture) { packet throws(MediaError) in try self.pass(packet, writer) }
    }

    private func pass(_ packet: Packet, _ writer: LessonWriter) throws(MediaError) {
        let startsSegment = packet.isKey && packet.pts.map { starts.remove($0) } != .some(nil)
        av_packet_rescale_ts(packet.pointer, encoder.timeBase, Track.timeBase)
        try writer.append(OutputPacket(packet: packet, track: .video, startsSegment: startsSegment))
    }
}
