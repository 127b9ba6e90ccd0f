import CLinux
import Glibc

/// A program that was started by this one, with sockets at its standard streams. Whoever lets go of it kills it: none
/// outlives its owner, and none is left a zombie. What it started ends with it, all of it once `OrphanSweep.begin` was called.
package struct ChildProcess: ~Copyable {
    /// How it ended.
    package enum Ending: Sendable, Equatable {
        case exited(code: Int32)
        /// The signal's number; the kernel's or somebody's.
        case killed(signal: Int32)
    }

    let id: pid_t
    private let input: Int32
    /// What it writes to its standard output and its standard error; not blocking.
    package let output: Int32
    package let errors: Int32
    /// Can be read from when it has ended, and not before (pidfd_open(2)).
    package let end: Int32
    private var isReaped = false

    /// Starts the program at `path` with an environment that is empty but for the locale: ours has secrets.
    ///
    /// It gets no descriptor but the three sockets, no blocked signal, and a process group of its own, so that Ctrl-C in a
    /// terminal reaches this process alone, which then decides.
    package init(path: String, arguments: [String] = []) throws(SystemError) {
        var input = try SocketPair()
        var output = try SocketPair()
        var errors = try SocketPair()
        let streams = (input.reading, output.writing, errors.writing)
        let id = try OwnChildren.ofThisProcess.start { () throws(SystemError) in
            try Self.spawn(path, arguments, streams)
        }
        let end = try Self.watch(id)
        self.id = id
        self.end = end
        self.input = input.takeWriting()
        self.output = output.takeReading()
        self.errors = errors.takeReading()
        for descriptor in [self.output, self.errors] {
            _ = focust_set_status_flags(descriptor, focust_get_status_flags(descriptor) | O_NONBLOCK)
        }
    }

    deinit {
        if !isReaped {
            kill(id, SIGKILL)
            _ = reap()
        }
        for descriptor in [input, output, errors, end] { close(descriptor) }
    }

    /// Writes all of its standard input. Throws EPIPE where it did not read to the end: it ended before.
    package borrowing func send(_ bytes: [UInt8]) throws(SystemError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(input, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .last("send") }
            sent += count
        }
    }

    /// Whether it has ended, and `wait` returns at once.
    package var hasEnded: Bool {
        var entry = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    /// Waits for its end, and ends what it started.
    package mutating func wait() -> Ending {
        let status = reap()
        isReaped = true
        // wait.h: the low seven bits are the signal, the next eight the code.
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: status >> 8 & 0xFF) : .killed(signal: signal)
    }

    /// Waits for its end, and takes its status as waitpid(2) gives it; ends what it leaves behind.
    private borrowing func reap() -> Int32 {
        var entry = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        while poll(&entry, 1, -1) < 0 && errno == EINTR {}
        // While it is a zombie its group is its own: it led one, and what did not leave it is in it.
        kill(-id, SIGKILL)
        let status = OwnChildren.ofThisProcess.reap(id)
        OrphanSweep.run()
        return status
    }

    /// A child that cannot be watched is none.
    private static func watch(_ id: pid_t) throws(SystemError) -> Int32 {
        let descriptor = focust_pidfd_open(id)
        guard descriptor < 0 else { return descriptor }
        let error = SystemError.last("pidfd_open")
        kill(id, SIGKILL)
        _ = OwnChildren.ofThisProcess.reap(id)
        throw error
    }

    /// `streams`: what becomes its standard input, output and error.
    private static func spawn(
        _ path: String, _ arguments: [String], _ streams: (input: Int32, output: Int32, errors: Int32)
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.errors, STDERR_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = attributes()
        defer { posix_spawnattr_destroy(&attributes) }
        var id: pid_t = 0
        let code = withCStrings([path] + arguments) { arguments in
            withCStrings(["LANG=C.UTF-8"]) { posix_spawn(&id, path, &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw SystemError(code: code, operation: "posix_spawn", subject: path) }
        return id
    }

    private static func attributes() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var ours = sigset_t()
        sigemptyset(&ours)
        for signal in [SIGPIPE, SIGXFSZ] { sigaddset(&ours, signal) }
        posix_spawnattr_setsigdefault(&attributes, &ours)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return attributes
    }

    /// The strings as execve(2) wants them: copies, and a null at the end.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
