import MediaProtocol

/// How much of a conversion's main part is done: what was read counts for copying and decoding, what was written for
/// encoding, each with its part of the work.
///
/// Reading runs ahead of writing by what the encoder holds back to look ahead, and at the end only writing is left.
final class WorkDone {
    private let work: Workload
    private let meter: ProgressMeter
    /// Seconds, and bytes of the pictures; 0 where nobody knows.
    private let duration: Double
    private let pictureBytes: Double
    private let fileBytes: Double
    private var pictures = Reading()
    private var sound = Reading()
    private var written = 0.0

    /// How much of one track was read.
    private struct Reading {
        var bytes = 0.0
        var second = 0.0
    }

    init(_ plan: ConversionPlan, options: ConversionOptions, meter: ProgressMeter) {
        work = Workload(
            plan.probe, video: plan.video.action, audio: plan.audio?.action, options: options)
        self.meter = meter
        duration = plan.duration
        pictureBytes = Double(plan.videoBytes)
        fileBytes = Double(max(1, plan.probe.byteSize))
        meter.begin(cost: work.converting, ahead: work.finishing)
    }

    /// A packet of `track` was read, at this second of the film.
    func didRead(_ track: Track, bytes count: Int, at second: Double) {
        switch track {
        case .video: Self.note(&pictures, count, second)
        case .audio: Self.note(&sound, count, second)
        }
        tell()
    }

    /// Segments were written up to this second.
    func didWrite(to second: Double) {
        written = max(written, second)
        tell()
    }

    private static func note(_ reading: inout Reading, _ count: Int, _ second: Double) {
        reading.bytes += Double(count)
        reading.second = max(reading.second, second)
    }

    private func tell() {
        guard work.converting > 0, duration > 0 else {
            return meter.didReach((pictures.bytes + sound.bytes) / fileBytes)
        }
        let copied = pictureBytes > 0 ? pictures.bytes / pictureBytes : pictures.second / duration
        let done =
            work.copying * min(1, copied) + work.sound * min(1, sound.second / duration)
            + work.decoding * min(1, max(pictures.second, written) / duration)
            + work.encoding * min(1, written / duration)
        meter.didReach(done / work.converting)
    }
}
