import CLinux
import Glibc
import Synchronization

/// The children of this process that are waited for somewhere in it, by their process ids.
///
/// The kernel keeps one set of children for a process, so there is one of these. Starting a child and noting it is one step, as is
/// reaping and forgetting it: a sweep between the two would take a good child for an orphan, or reap one that was just
/// given the id of another.
final class OwnChildren: Sendable {
    static let ofThisProcess = OwnChildren()

    private let known = Mutex<Set<pid_t>>([])

    private init() {}

    /// The child that `spawn` starts.
    func start(_ spawn: () throws(SystemError) -> pid_t) throws(SystemError) -> pid_t {
        try known.withLock { known throws(SystemError) in
            let id = try spawn()
            known.insert(id)
            return id
        }
    }

    /// The status of a child that has ended, or is about to (waitpid(2)).
    func reap(_ id: pid_t) -> Int32 {
        known.withLock { known in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0 && errno == EINTR {}
            known.remove(id)
            return status
        }
    }

    /// Kills each of `children` that is none of these, and reaps those that have ended already. Returns nil where all are
    /// known; else a descriptor for each that has still to end (pidfd_open(2)), the caller's to close.
    ///
    /// `children` is called while no child can be started or reaped.
    func killOthers(among children: () -> [pid_t]) -> [Int32]? {
        known.withLock { known in
            let others = children().filter { !known.contains($0) }
            guard !others.isEmpty else { return nil }
            return others.compactMap { id in
                kill(id, SIGKILL)
                guard waitpid(id, nil, WNOHANG) == 0 else { return nil }
                let end = focust_pidfd_open(id)
                return end >= 0 ? end : nil
            }
        }
    }
}
