import CLinux
import Glibc
import Synchronization

/// Tells every thread of the process, those asleep in poll(2) or epoll_wait(2) too, that it is time to stop.
package final class StopSignal: Sendable {
    /// Becomes readable, and stays so, once the signal is raised (eventfd(2)).
    package let descriptor: Int32
    private let raised = Atomic(false)

    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last("eventfd") }
    }

    deinit { close(descriptor) }

    package var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Safe from any thread, any number of times.
    package func raise() {
        raised.store(true, ordering: .relaxed)
        eventfd_write(descriptor, 1)
    }

    /// Sleeps until the signal is raised or `milliseconds` have passed; answers whether it is raised.
    @discardableResult
    package func wait(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, milliseconds)
        return isRaised
    }
}
