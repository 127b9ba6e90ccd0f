import CLinux
import Domain
import Glibc

/// A plain POSIX thread: sockets, libav, SQLite and libcurl block, so nothing here is async.
package final class Thread: Sendable {
    /// What the scheduler should think of it.
    package enum Priority: Sendable {
        case normal
        /// For conversions: only the CPU and disk time that nobody else wants.
        case background

        /// Gives it to the calling thread, and to those it starts from then on: that is how Linux reads these calls. A
        /// refusal costs nothing but the courtesy.
        ///
        /// With niceness alone a conversion keeps its core until the end of a time slice while a request waits.
        package func apply() {
            guard self == .background else { return }
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            _ = focust_set_idle_cpu()
            _ = focust_set_idle_io()
        }
    }

    private let handle: pthread_t

    /// Starts a thread that runs `body` once. `name` is cut to 15 bytes, as prctl(2) allows.
    package init(
        name: String, stackSize: ByteCount = ByteCount(512 << 10), priority: Priority = .normal,
        body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize.bytes)
        let start = Unmanaged.passRetained(Start(name: name, priority: priority, body: body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(code: code, operation: "pthread_create")
        }
        self.handle = handle
    }

    /// Waits for the end of the thread. Call it once.
    package func join() {
        pthread_join(handle, nil)
    }

    private final class Start: Sendable {
        private let name: String
        private let priority: Priority
        private let body: @Sendable () -> Void

        init(name: String, priority: Priority, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.priority = priority
            self.body = body
        }

        func run() {
            focust_set_thread_name(name)
            priority.apply()
            body()
        }
    }
}
