import CLinux
import Glibc

/// Wakes one sleeping worker when there may be something to do. A hint: what there is to do is read elsewhere.
package final class WakeUp: Sendable {
    private let descriptor: Int32

    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        guard descriptor >= 0 else { throw .last("eventfd") }
    }

    deinit { close(descriptor) }

    /// Wakes one waiter, or the next one to wait.
    package func signal() {
        eventfd_write(descriptor, 1)
    }

    /// Sleeps until there is a signal, `stop` is raised or `milliseconds` have passed.
    package func wait(milliseconds: Int32, or stop: StopSignal) {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&entries, 2, milliseconds)
        if entries[0].revents != 0 {
            var value: eventfd_t = 0
            eventfd_read(descriptor, &value)
        }
    }
}
