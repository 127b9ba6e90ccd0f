import Domain
import Synchronization

/// How many questions to the site may be under way at once: while it is silent, each holds a thread that could answer
/// viewers.
final class QuestionLimit: Sendable {
    private let limit: Int
    private let underWay = Atomic(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Runs `ask`, or refuses with `unavailable` at once where the limit is reached.
    func during(_ ask: () throws(Refusal) -> Void) throws(Refusal) {
        defer { underWay.wrappingSubtract(1, ordering: .relaxed) }
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            throw Refusal(
                .unavailable, "Too many users wait for the site's answer already; try again.", retryAfter: 2)
        }
        try ask()
    }
}
