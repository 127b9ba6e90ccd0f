import Glibc
import System

/// Waits for the signals that a service manager sends: SIGTERM and SIGINT end the process, SIGHUP has it read its
/// settings again.
struct Signals {
    private let signals: sigset_t

    /// Blocks them in this thread and those it starts later, so that `wait` alone receives them. SIGPIPE is ignored: a
    /// client that went away is an error of write(2), not the end of the process.
    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
        // Likewise a file that grows past a limit (setrlimit(2)).
        signal(SIGXFSZ, SIG_IGN)
        self.signals = signals
    }

    /// Sleeps until the process is to end; calls `reload` for each SIGHUP that comes before.
    func waitForEnd(reload: () -> Void) {
        var signals = signals
        var received: Int32 = 0
        while true {
            guard sigwait(&signals, &received) == 0 else { continue }
            guard received == SIGHUP else { return }
            reload()
        }
    }

    /// Seconds that work in flight is given when the process stops.
    private static let grace: UInt32 = 10

    /// Ends the process, done or not, when the grace period is over: the service manager waits.
    static func endAfterGrace() {
        // Where not even a thread can be had, the service manager's own deadline does the same.
        _ = try? System.Thread(name: "deadline") {
            sleep(grace)
            _exit(0)
        }
    }
}
