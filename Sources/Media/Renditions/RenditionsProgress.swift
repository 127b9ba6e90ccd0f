import Domain
import Synchronization

/// How far renditions that are made beside each other have come; told from their threads.
final class RenditionsProgress: Sendable {
    /// Takes the share of one rendition, and the share of all; neither falls.
    typealias Report = @Sendable (RenditionName, _ share: Double, _ whole: Double) -> Void

    private let segments: Int
    private let weights: [RenditionName: Double]
    private let report: Report
    private let done: Mutex<[RenditionName: Int]>

    /// - Parameters:
    ///   - segments: of each rendition.
    ///   - weights: what each costs beside the others.
    init(segments: Int, weights: [RenditionName: Double], report: @escaping Report) {
        self.segments = segments
        self.weights = weights
        self.report = report
        done = Mutex([:])
    }

    /// A rendition has so many segments by now; it is on the disk once it `isWhole`.
    func reached(_ name: RenditionName, _ count: Int, isWhole: Bool = false) {
        done.withLock { done in
            done[name] = max(done[name] ?? 0, count)
            let all = weights.values.reduce(0, +)
            let sum = weights.reduce(0) { sum, weight in
                sum + weight.value * Double(done[weight.key] ?? 0) / Double(segments)
            }
            let share = Double(done[name] ?? 0) / Double(segments)
            // The last step is that it was looked at.
            report(name, isWhole ? 1 : min(0.99, share), all > 0 ? min(0.99, sum / all) : 0)
        }
    }
}
