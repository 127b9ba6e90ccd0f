import Domain
import MediaProtocol

/// Which renditions a film will probably get, before anything of it was measured.
struct LadderForecast {
    /// A re-encoded film mostly takes so much of what it may.
    private static let usualShare = 0.6

    private let plan: ConversionPlan
    private let options: ConversionOptions

    init(_ plan: ConversionPlan, options: ConversionOptions) {
        self.plan = plan
        self.options = options
    }

    /// One line for each; none without a ladder.
    var lines: [String] {
        guard !options.ladder.rungs.isEmpty, let ladder = LadderPlan(plan, options: options),
            let best = ladder.first
        else { return [] }
        let isCopy = plan.video.action == .copy
        let size = isCopy ? PictureTarget(ladder.video, maxHeight: options.maxHeight) : best.target
        let average =
            isCopy ? Int(ladder.pictureBitrate) : Int(Double(best.maxBitrate) * Self.usualShare)
        let first = Rendition(
            name: .first, width: size.width, height: size.height, frameRate: best.frameRate,
            bandwidth: average, averageBandwidth: average, codecs: "avc1", isCopy: isCopy)
        let others = ladder.others(first: first, soundBitrate: 0)
        let own = isCopy ? "the copy, about \(average / 1000) kbit/s" : best.description
        let gives = average > options.ladder.maxBitrate ? ", until there is a better one" : ""
        return ["rendition r0: \(own)\(gives)"]
            + zip(RenditionName.all.dropFirst(), others).map { "rendition \($0): \($1)" }
    }
}

extension RungSettings: CustomStringConvertible {
    /// "768x432, 30.0 fps, crf 24, 800 kbit/s at most".
    var description: String {
        let rate = (frameRate * 10).rounded() / 10
        return
            "\(target.width)x\(target.height), \(rate) fps, crf \(crf), \(maxBitrate / 1000) kbit/s at most"
            + (sound == .mono ? ", one channel" : "")
    }
}
