import CLibAV
import MediaProtocol

/// Looks at the slices of every copied picture, and decodes some pictures: the IDR picture that begins the first, a middle
/// and the last segment in any case, then others all over the film and, as far as it can be afforded, those behind them.
///
/// Reading an entropy-coded byte costs forty times what copying it does. So a large film has few samples, a small one
/// many; a film of a few megabytes has one of every group.
final class PictureCheck: CopyCheck {
    /// Seconds for a byte of a picture without its loop filter, and for a pixel (as `Workload` counts).
    private static let byteCost = 60e-9
    private static let pixelCost = 1e-9

    /// Seconds that any film is worth: a copy takes ten times as much before it reads the first picture.
    private static let least = 7e-3

    private let decoder: Decoder
    private let layout: H264Stream
    private let pictureCost: Double
    private var budget: SampleBudget
    private var isSampling = false
    /// The first IDR picture has not come yet.
    private var isAtStart = true
    /// DTS of the others that are decoded in any case, in the stream's time base, rising.
    private var due: ArraySlice<Int64>
    /// Of the last IDR picture, in seconds.
    private var costOfIDR = 0.0

    init(_ stream: Stream, plan: ConversionPlan, job: ConversionJob) throws(MediaError) {
        decoder = try Decoder(
            stream, threads: 1, limits: job.limits, capture: job.capture, isForFaultsAlone: true)
        layout = H264Stream(extradata: stream.extradata)
        pictureCost = Double(stream.parameters.width) * Double(stream.parameters.height) * Self.pixelCost
        due = Self.placesInAnyCase(plan.cuts)
        budget = SampleBudget(
            seconds: max(Self.least, SampleBudget.seconds(share: job.limits.pictureCheckShare, of: plan)),
            of: Double(plan.videoBytes > 0 ? plan.videoBytes : plan.probe.byteSize))
    }

    /// Where a middle segment and the last one begin.
    private static func placesInAnyCase(_ cuts: [Int64]) -> ArraySlice<Int64> {
        guard let last = cuts.last else { return [] }
        return cuts.count == 1 ? [last] : [cuts[(cuts.count - 1) / 2], last]
    }

    func fault(in packet: Packet) throws(MediaError) -> String? {
        let bytes = packet.bytes
        let units = PictureUnits(bytes, lengthSize: layout.lengthSize)
        if let fault = units.fault { return fault }
        budget.earn(Double(bytes.count))
        if units.isIDR {
            if let fault = try lastFault() { return fault }
        } else if !isSampling {
            return nil
        }
        let cost = Double(bytes.count) * Self.byteCost + pictureCost
        guard units.isIDR ? isSample(packet, cost) : isFollowing(cost) else { return try lastFault() }
        isSampling = true
        return try decoder.decodesWell(packet) ? nil : Self.damage
    }

    private func isSample(_ packet: Packet, _ cost: Double) -> Bool {
        costOfIDR = cost
        guard !isAtStart else {
            isAtStart = false
            budget.setAside(cost * Double(1 + due.count))
            return true
        }
        guard let next = due.first, let dts = packet.dts, next <= dts else { return budget.spend(cost) }
        due.removeFirst()
        return true
    }

    /// The next IDR picture goes before those behind this one: damage mostly takes a whole group.
    private func isFollowing(_ cost: Double) -> Bool { budget.spend(cost, leaving: costOfIDR) }

    /// The pictures that the decoder still holds back.
    func lastFault() throws(MediaError) -> String? {
        guard isSampling else { return nil }
        isSampling = false
        return try decoder.decodesWell(nil) ? nil : Self.damage
    }

    private static let damage = "a picture that cannot be decoded without faults"
}
