import Synchronization

/// A value that is replaced now and then while many threads read it for every request.
///
/// Each thread keeps the value it saw last, so that reading costs one atomic load until it is replaced. A value that
/// was replaced lives until the last thread that knows it reads again.
package final class Replaceable<Value: AnyObject & Sendable>: Sendable {
    private struct State: Sendable {
        var value: Value
        var generation = 0
    }

    private let state: Mutex<State>
    /// The state's, to be looked at without its lock.
    private let generation = Atomic(0)

    package init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    /// What is read from here on, by every thread.
    package func replace(with value: Value) {
        state.withLock { state in
            state.value = value
            state.generation += 1
            generation.store(state.generation, ordering: .releasing)
        }
    }

    /// A place to read from, for one thread.
    package func makeReader() -> Reader { Reader(self) }

    /// One thread's view.
    package final class Reader {
        private let source: Replaceable
        private var known: State

        fileprivate init(_ source: Replaceable) {
            self.source = source
            known = source.state.withLock { $0 }
        }

        /// The value as it is now.
        package func current() -> Value {
            if source.generation.load(ordering: .acquiring) != known.generation {
                known = source.state.withLock { $0 }
            }
            return known.value
        }
    }
}
