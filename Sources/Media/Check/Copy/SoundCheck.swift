import CLibAV
import MediaProtocol

/// Decodes some of the copied AAC frames, all over the film, and each that does not end as a frame does.
final class SoundCheck: CopyCheck {
    /// Seconds for one frame (as `Workload` counts).
    private static let frameCost = 7e-6
    private static let samplesOfFrame = 1024.0
    /// Frames with another end that were good: an encoder that pads them so makes the end say nothing.
    private static let maxOtherEnds = 64

    private let decoder: Decoder
    private var budget: SampleBudget
    private var otherEnds = 0

    init(_ stream: Stream, plan: ConversionPlan, job: ConversionJob) throws(MediaError) {
        decoder = try Decoder(
            stream, threads: 1, limits: job.limits, capture: job.capture, isForFaultsAlone: true)
        budget = SampleBudget(
            seconds: SampleBudget.seconds(share: job.limits.soundCheckShare, of: plan),
            of: max(1, plan.duration * Double(stream.parameters.sample_rate) / Self.samplesOfFrame))
    }

    func fault(in packet: Packet) throws(MediaError) -> String? {
        budget.earn(1)
        let hasOtherEnd = otherEnds < Self.maxOtherEnds && !Self.endsAsFrame(packet.bytes)
        guard hasOtherEnd || budget.spend(Self.frameCost) else { return nil }
        if hasOtherEnd { otherEnds += 1 }
        return try decoder.decodesWell(packet) ? nil : "a frame that cannot be decoded"
    }

    func lastFault() throws(MediaError) -> String? { nil }

    /// ISO/IEC 14496-3 §4.4.2.1: ID_END, three ones, and zeros up to the byte's end.
    static func endsAsFrame(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 2, let last = bytes.last, last != 0 else { return false }
        let end = UInt16(bytes[bytes.count - 2]) << 8 | UInt16(last)
        return end >> end.trailingZeroBitCount & 0b111 == 0b111
    }
}
