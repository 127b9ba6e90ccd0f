import Domain
import Synchronization

/// How many requests may ask the site at once: while it is silent, each holds a thread that could answer viewers.
final class QuestionLimit: Sendable {
    private let limit: Int
    private let underWay = Atomic(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    /// The leave to ask, for as long as the value lives.
    struct Slot: ~Copyable {
        private let questions: QuestionLimit

        fileprivate init(_ questions: QuestionLimit) { self.questions = questions }

        deinit { questions.underWay.wrappingSubtract(1, ordering: .relaxed) }
    }

    /// Nil at once where the limit is reached.
    func take() -> Slot? {
        let slot = Slot(self)
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= limit else { return nil }
        return slot
    }
}
