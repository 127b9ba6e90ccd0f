import Logging
import Synchronization

/// Says who connected and was not let in; seldom, for such a peer may come a thousand times a second.
final class StrangerLog: Sendable {
    private static let pause = Duration.seconds(10)

    private let log: Logger
    private let state = Mutex(State())

    private struct State {
        var saidAt: ContinuousClock.Instant?
        var unsaid = 0

        /// How many there were since the last time, where it is time to say so.
        mutating func add() -> Int? {
            unsaid += 1
            if let saidAt, saidAt.duration(to: .now) < pause { return nil }
            saidAt = .now
            defer { unsaid = 0 }
            return unsaid
        }
    }

    init(_ log: Logger) {
        self.log = log
    }

    func note(_ peer: Peer) {
        let count = state.withLock { $0.add() }
        guard let count else { return }
        log.warning(
            "peer_refused",
            metadata: [
                "process": "\(peer.process)", "user": "\(peer.user)", "group": "\(peer.group)",
                "connections": "\(count)",
            ])
    }
}
