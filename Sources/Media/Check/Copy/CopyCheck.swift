import MediaProtocol

/// Looks at a copied stream's packets for damage that the container does not show: copied, it would end playback for
/// good, where a decoder that re-encodes conceals it.
protocol CopyCheck: AnyObject {
    /// What is wrong, up to and with this packet; nil for nothing.
    func fault(in packet: Packet) throws(MediaError) -> String?

    /// What turns out to be wrong at the end of the stream.
    func lastFault() throws(MediaError) -> String?
}

/// Seconds of CPU that decoding in samples may take, earned as the film goes by, so that the samples lie all over it.
struct SampleBudget {
    private let whole: Double
    private let amount: Double
    private var rate: Double
    private var balance = 0.0

    /// - Parameters:
    ///   - seconds: for the whole film.
    ///   - amount: of the film, in whatever unit is earned by.
    init(seconds: Double, of amount: Double) {
        whole = seconds
        self.amount = amount
        rate = amount > 0 ? seconds / amount : 0
    }

    /// This much of the film went by.
    mutating func earn(_ amount: Double) { balance += rate * amount }

    /// Pays for one sample; false where there is not enough yet.
    ///
    /// - Parameter reserve: what must be left for another sample.
    mutating func spend(_ seconds: Double, leaving reserve: Double = 0) -> Bool {
        guard seconds + reserve <= balance else { return false }
        balance -= seconds
        return true
    }

    /// Keeps so much of the whole for samples that are made in any case; the others share the rest.
    mutating func setAside(_ seconds: Double) {
        rate = amount > 0 ? max(0, whole - seconds) / amount : 0
    }

    /// Of what copying the film costs, by `Workload`'s reckoning.
    static func seconds(share: Double, of plan: ConversionPlan) -> Double {
        let work = Workload(plan.probe, video: .copy, audio: .copy, options: ConversionOptions())
        return share * (Workload.opening + work.copying + work.finishing)
    }
}
