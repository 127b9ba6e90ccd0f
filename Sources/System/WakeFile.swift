import CLinux
import Glibc

/// A file whose touch wakes the workers of every process that watches it: nobody has to ask again and again whether
/// there is work. A hint; what there is to do is read elsewhere.
package struct WakeFile: Sendable {
    private let path: String

    /// Makes the file if it is missing.
    package init(path: String) throws(SystemError) {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("open", path) }
        close(descriptor)
    }

    /// Wakes all who wait. That it could not be touched costs them a second: they look by themselves too.
    package func signal() {
        utimensat(AT_FDCWD, path, nil, 0)
    }

    /// A place to wait at, for one thread. Signals that come after this and before the wait are not lost.
    package func makeWaiter() throws(SystemError) -> Waiter {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw .last("inotify_init1") }
        guard inotify_add_watch(descriptor, path, UInt32(IN_ATTRIB)) >= 0 else {
            let error = SystemError.last("inotify_add_watch", path)
            close(descriptor)
            throw error
        }
        return Waiter(descriptor: descriptor)
    }

    /// One thread's place to wait (inotify(7)).
    package struct Waiter: ~Copyable {
        fileprivate let descriptor: Int32

        deinit { close(descriptor) }

        /// Sleeps until there was a signal, `stop` is raised or `milliseconds` have passed; answers whether there was one.
        @discardableResult
        package borrowing func wait(milliseconds: Int32, or stop: StopSignal) -> Bool {
            var entries = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            poll(&entries, 2, milliseconds)
            // Many signals are one reason to look.
            var buffer = [UInt8](repeating: 0, count: 4096)
            var isSignalled = false
            while read(descriptor, &buffer, buffer.count) > 0 { isSignalled = true }
            return isSignalled
        }
    }
}
