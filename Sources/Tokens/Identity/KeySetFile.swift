import Synchronization
import System

/// The keys of a JWKS file, followed as the file changes: keys are rotated without a restart.
///
/// A file that cannot be read or is no key set changes nothing: the keys before it stay. What is wrong is
/// reported once, until it is something else or over.
final class KeySetFile: Sendable {
    /// How often the file is looked at, at most, in nanoseconds.
    private static let interval: UInt64 = 1_000_000_000

    private struct State: Sendable {
        var keys = KeySet.empty
        /// The version that was read last, whether it was a key set or not.
        var version: KeySetSnapshot.Version?
        var problem: String?
        /// Nanoseconds of the monotonic clock.
        var lookedAt: UInt64
    }

    private let path: String
    private let clock: SystemClock
    private let report: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Reads the file, so that what is wrong with it is known at start.
    init(path: String, clock: SystemClock, report: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.clock = clock
        self.report = report
        self.state = Mutex(State(lookedAt: clock.monotonicNanoseconds()))
        load()
    }

    /// The keys as of at most a second ago.
    func keys() -> KeySet {
        if isTimeToLook(), KeySetSnapshot.Version.current(at: path) != state.withLock(\.version) { load() }
        return state.withLock(\.keys)
    }

    /// True for one caller a second. The lock is not held while that one looks: the others take what is
    /// there.
    private func isTimeToLook() -> Bool {
        let now = clock.monotonicNanoseconds()
        return state.withLock { state in
            guard now >= state.lookedAt + Self.interval else { return false }
            state.lookedAt = now
            return true
        }
    }

    private func load() {
        do throws(KeySetError) {
            let snapshot = try KeySetSnapshot(readingFrom: path)
            state.withLock { $0.version = snapshot.version }
            let keys = try KeySet(parsing: snapshot.bytes)
            state.withLock { state in
                state.keys = keys
                state.problem = nil
            }
        } catch {
            note("\(error)")
        }
    }

    private func note(_ problem: String) {
        let isNew = state.withLock { state in
            defer { state.problem = problem }
            return state.problem != problem
        }
        if isNew { report("\(path) is not taken, what was read before stays: \(problem)") }
    }
}
