import CLinux
import Glibc
import Synchronization
import System

/// Connections whose request has not come whole. They hold no thread: whichever is idle goes on with the one that can be
/// read from.
final class WaitingConnections: Sendable {
    /// How many may wait; the one too many ends the one that has waited longest.
    static let maxCount = 256
    /// How long a peer may take to say what it wants. nginx, which has it before it connects, takes no time.
    static let patience = Duration.seconds(10)

    /// Can be read from where one of them can (epoll(7)).
    let descriptor: Int32
    private let state = Mutex(State())

    struct Entry {
        let connection: Int32
        let head: RequestHead
        let since: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Int32: Entry] = [:]

        /// Closes those that have waited too long, or are too many.
        mutating func sweep(_ now: ContinuousClock.Instant) {
            while let oldest = entries.values.min(by: { $0.since < $1.since }),
                entries.count > maxCount || now - oldest.since > patience
            {
                entries[oldest.connection] = nil
                close(oldest.connection)
            }
        }
    }

    init() throws(SystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last("epoll_create1") }
    }

    deinit {
        state.withLock { for connection in $0.entries.keys { close(connection) } }
        close(descriptor)
    }

    var isEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// Takes over `connection`, until `next` gives it back.
    func add(_ connection: Int32, _ head: RequestHead, since: ContinuousClock.Instant) {
        state.withLock {
            $0.entries[connection] = Entry(connection: connection, head: head, since: since)
            $0.sweep(.now)
        }
        // One event wakes one thread, and then no other until it is added again.
        var event = epoll_event(
            events: EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue,
            data: epoll_data_t(fd: connection))
        // ENOENT: its first time here. What was swept meanwhile is no descriptor any more, or another's: `next` does not find it.
        if epoll_ctl(descriptor, EPOLL_CTL_MOD, connection, &event) != 0, errno == ENOENT {
            epoll_ctl(descriptor, EPOLL_CTL_ADD, connection, &event)
        }
    }

    /// One of which more has come, the caller's from now on; nil where there is none within the time.
    func next(milliseconds: Int32 = 0) -> Entry? {
        state.withLock { $0.sweep(.now) }
        var event = epoll_event()
        while epoll_wait(descriptor, &event, 1, milliseconds) == 1 {
            if let entry = state.withLock({ $0.entries.removeValue(forKey: event.data.fd) }) { return entry }
        }
        return nil
    }
}
