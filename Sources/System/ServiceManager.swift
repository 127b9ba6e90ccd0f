import CLinux
import Glibc

/// Tells the service manager that started this process how it is, as sd_notify(3) describes: a datagram to the socket
/// that `NOTIFY_SOCKET` names. Where none does, it says nothing.
package struct ServiceManager: Sendable {
    /// What there is to say.
    package enum Message: Sendable {
        /// The start, or a reload, is done.
        case ready
        /// Settings are being read again.
        case reloading
        case stopping
        /// Requests are being answered.
        case alive

        /// `nanoseconds` of CLOCK_MONOTONIC, which a reload must tell in microseconds.
        fileprivate func text(_ nanoseconds: UInt64) -> String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(nanoseconds / 1000)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    private let path: String?
    private let clock: SystemClock
    /// Milliseconds after which a process that did not say `alive` is taken for dead; nil where nobody watches.
    package let watchdogMilliseconds: Int?

    /// From `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` (sd_watchdog_enabled(3)).
    package init(environment: [String: String], clock: SystemClock = .system, processID: Int32 = getpid()) {
        self.clock = clock
        path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        watchdogMilliseconds = isMeant && microseconds >= 1000 ? microseconds / 1000 : nil
    }

    /// That nobody listens is no reason to fail: the manager has its own ways to find out.
    package func tell(_ message: Message) {
        guard let path else { return }
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var text = message.text(clock.monotonicNanoseconds())
        text.withUTF8 { bytes in
            UnixAddress.with(path) { address, length in
                _ = sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
