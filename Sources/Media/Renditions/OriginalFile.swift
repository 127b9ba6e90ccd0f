import CLibAV
import Domain
import MediaProtocol

/// The original of a lesson, and whether the first rendition is a copy of its pictures.
struct OriginalFile {
    let demuxer: Demuxer
    let plan: ConversionPlan
    /// The first rendition's pictures have the original's own parameter sets.
    let isCopied: Bool

    /// Nil where there is none, or it has become unreadable: the lesson's own segments are there.
    init?(
        _ order: RenditionsOrder, _ facts: FirstFacts, limits: MediaLimits, cancellation: Cancellation
    ) throws(MediaError) {
        guard case .file(let path) = order.source else { return nil }
        do throws(MediaError) {
            let demuxer = try Demuxer(path, limits: limits, cancellation: cancellation)
            guard let stream = demuxer.selection.video else { return nil }
            let sets = H264Stream(extradata: stream.extradata).parameterSets
            isCopied =
                stream.parameters.codec_id == AV_CODEC_ID_H264 && !sets.isEmpty
                && Set(sets) == Set(facts.parameterSets)
            let meter = ProgressMeter(elapsed: { 0 }, report: { _ in })
            let planner = Planner(
                options: order.options, limits: limits, cancellation: cancellation, meter: meter)
            // Of a copy nothing else is needed.
            plan = try planner.plan(demuxer)
            self.demuxer = demuxer
        } catch {
            guard error.kind == .unsupported else { throw error }
            return nil
        }
    }
}

extension LadderPlan {
    /// For a film of which nothing was measured yet: what its file says.
    init?(_ plan: ConversionPlan, options: ConversionOptions) {
        guard let video = plan.probe.video else { return nil }
        let seconds = max(plan.duration, 0.04)
        let sound = plan.audio == nil ? 0 : Double(Self.usualSound)
        let whole = Double(8 * plan.probe.byteSize) / seconds
        // The rate of uncompressed sound is not taken off: such films have no slides' rates either.
        self.init(
            video: video, pictureBitrate: plan.duration > 0 ? max(1, whole - sound) : 0, options: options)
    }

    /// For a film whose first rendition was measured.
    init?(_ plan: ConversionPlan, first: Rendition, options: ConversionOptions) {
        guard first.isCopy, let video = plan.probe.video else {
            self.init(plan, options: options)
            return
        }
        let sound = plan.audio == nil ? 0 : Double(Self.usualSound)
        let bitrate = max(1, Double(first.averageBandwidth) - sound)
        self.init(video: video, pictureBitrate: bitrate, options: options)
    }

    /// Whether a lesson with this first rendition has all that it is to have.
    static func isComplete(_ plan: ConversionPlan, first: Rendition, options: ConversionOptions) -> Bool {
        guard let ladder = LadderPlan(plan, first: first, options: options) else { return true }
        let sound = plan.audio == nil ? 0 : usualSound
        return ladder.others(first: first, soundBitrate: sound).isEmpty
    }
}
