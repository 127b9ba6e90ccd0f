import CLibAV
import MediaProtocol

/// The pictures of an original on their way to renditions, in place of a lesson's segments.
final class RungFeedLane: Lane {
    let track = Track.video
    let parameters: UnsafePointer<AVCodecParameters>
    private let reader: PictureReader
    private let show: PictureReader.Show

    /// - Parameter show: takes each picture, its time in 90 kHz of the original's own clock.
    init(
        _ stream: Stream, facts: VideoFacts, target: PictureTarget, job: ConversionJob,
        show: @escaping (Frame) throws(MediaError) -> Void
    ) throws(MediaError) {
        parameters = UnsafePointer(stream.pointer.pointee.codecpar)
        let reader = try PictureReader(stream, facts: facts, target: target, job: job)
        self.reader = reader
        self.show = PictureReader.Show { picture throws(MediaError) in
            guard let pts = picture.pts else { return }
            // As av_packet_rescale_ts does with the first rendition's.
            let time = av_rescale_q(pts, reader.timeBase, Track.timeBase)
            try show(try Frame(sharing: picture, at: time))
        }
    }

    func accept(_ packet: Packet, into writer: LessonWriter) throws(MediaError) {
        try reader.accept(packet, show)
    }

    func wait(until second: Double, into writer: LessonWriter) throws(MediaError) {
        try reader.wait(until: second, show)
    }

    func endPart(into writer: LessonWriter) throws(MediaError) {
        try reader.endPart(show)
    }

    func follow(_ stream: Stream, into writer: LessonWriter) throws(MediaError) {
        try reader.follow(stream, show)
    }

    func finish(into writer: LessonWriter) throws(MediaError) {
        _ = try reader.finish(show)
    }
}
