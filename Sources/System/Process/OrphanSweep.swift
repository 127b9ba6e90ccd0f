import CLinux
import Glibc
import Synchronization

/// Ends processes that a child started and outlived, also those that have left its process group.
///
/// Linux gives such a process to the nearest ancestor that asks for it (prctl(2), PR_SET_CHILD_SUBREAPER). Once this process
/// has asked, each child of its own that no `ChildProcess` waits for is an orphan.
package enum OrphanSweep {
    private static let isOn = Atomic(false)
    /// A process that dies leaves its own children as new orphans, so there is a round for each generation.
    private static let maxRounds = 100
    /// Milliseconds in which all that are killed have to be gone; what hangs in the kernel is left to the next sweep.
    private static let patience = 2000

    /// Has each `ChildProcess` that ends take along all that it started; called before the first is made. Answers whether
    /// that is so.
    ///
    /// It is not where this process has children that it did not start, which must live on: as the first process of a
    /// container, which is given every orphan there, or in place of a shell that had started jobs.
    @discardableResult
    package static func begin() -> Bool {
        guard getpid() != 1, access("/proc/thread-self/children", R_OK) == 0, children().isEmpty,
            focust_become_subreaper() == 0
        else { return false }
        isOn.store(true, ordering: .releasing)
        return true
    }

    /// Kills and reaps all orphans that there are.
    static func run() {
        guard isOn.load(ordering: .acquiring) else { return }
        rounds(within: patience) { OwnChildren.ofThisProcess.killOthers(among: children) }
    }

    /// Calls `killAll` until it returns nil, or one of those that it killed has not ended in time, who would be found again
    /// by each further round.
    ///
    /// `killAll` returns a descriptor for each, which becomes readable when it has ended, and is closed here.
    static func rounds(within milliseconds: Int, _ killAll: () -> [Int32]?) {
        let deadline = now + milliseconds
        for _ in 0..<maxRounds {
            guard let ends = killAll() else { return }
            defer { for end in ends { close(end) } }
            guard ends.allSatisfy({ becomesReadable($0, before: deadline) }) else { return }
        }
    }

    private static func becomesReadable(_ descriptor: Int32, before deadline: Int) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&entry, 1, Int32(max(0, deadline - now)))
            // A signal cuts the wait short (signal(7)).
            guard count < 0, errno == EINTR else { return count > 0 }
        }
    }

    /// Milliseconds of a clock that cannot be set.
    private static var now: Int { Int(SystemClock.system.monotonicNanoseconds() / 1_000_000) }

    /// The children of all threads (proc(5), /proc/pid/task/tid/children).
    private static func children() -> [pid_t] {
        let tasks = "/proc/self/task"
        guard let directory = opendir(tasks) else { return [] }
        defer { closedir(directory) }
        var children: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            children += numbers("\(tasks)/\(name)/children")
        }
        return children
    }

    /// None where the file is gone, as with its thread.
    private static func numbers(_ path: String) -> [pid_t] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        return bytes.split(separator: UInt8(ascii: " ")).compactMap {
            pid_t(String(decoding: $0, as: UTF8.self))
        }
    }
}
