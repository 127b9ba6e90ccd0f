import CLinux
import Glibc
import System

/// Puts a thread to sleep until a connection waits, more has come of one that was accepted, or the process stops.
///
/// Each thread has an epoll of its own with EPOLLEXCLUSIVE (epoll_ctl(2)): a new connection then wakes one thread
/// and not all of them.
struct ConnectionWaiter: ~Copyable {
    private let descriptor: Int32

    init(listener: Listener, waiting: WaitingConnections, stop: StopSignal) throws(SystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last("epoll_create1") }
        var connection = epoll_event(events: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, data: epoll_data_t())
        var other = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t())
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, listener.descriptor, &connection) == 0,
            epoll_ctl(descriptor, EPOLL_CTL_ADD, waiting.descriptor, &other) == 0,
            epoll_ctl(descriptor, EPOLL_CTL_ADD, stop.descriptor, &other) == 0
        else {
            let error = SystemError.last("epoll_ctl")
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Sleeps until any is ready, or that many milliseconds have passed. Which one, the caller finds out by trying.
    borrowing func wait(milliseconds: Int32 = -1) {
        var event = epoll_event()
        epoll_wait(descriptor, &event, 1, milliseconds)
    }
}
