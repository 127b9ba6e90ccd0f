import Domain
import Synchronization

/// Which of the shares that are done are worth telling: an hour has thousands of segments.
final class ProgressSteps: Sendable {
    private let step: Double
    private let told = Mutex<[RenditionName?: Double]>([:])

    init(step: Double) {
        self.step = step
    }

    /// Whether so much more is done of a rendition, or of all (nil), than was told.
    func isNew(_ name: RenditionName?, _ share: Double) -> Bool {
        told.withLock { told in
            if let last = told[name], share - last < step, share < 1 || last >= 1 { return false }
            told[name] = share
            return true
        }
    }
}
