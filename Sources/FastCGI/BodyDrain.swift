import CLinux
import Glibc
import Synchronization
import System

/// Reads past what is left of bodies whose requests have been answered, so that no worker waits for a client.
///
/// nginx is still sending such a body, and answers 502 if the connection is closed on it before it has read the answer; it
/// closes the connection itself once it has. One thread polls all of them.
package final class BodyDrain: Sendable {
    /// How many may be left to read; the one too many closes the one that has been here longest.
    static let maxCount = 256
    /// How long nginx may take to read an answer that lies in its socket.
    static let patience = Duration.seconds(10)
    /// How often one that takes too long is looked for, in milliseconds.
    private static let sweepPause: Int32 = 1000
    /// How long those that are here when the process is told to stop are still read.
    private static let lastWait = Duration.seconds(1)
    /// Bytes read of one connection before the others have their turn.
    private static let bufferLength = 64 << 10

    /// Can be read from where one of the connections can, or the process stops (epoll(7)).
    private let descriptor: Int32
    private let stop: StopSignal
    /// When each connection came here.
    private let connections = Mutex<[Int32: ContinuousClock.Instant]>([:])

    package init(stop: StopSignal) throws(SystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw .last("epoll_create1") }
        self.stop = stop
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: stop.descriptor))
        epoll_ctl(descriptor, EPOLL_CTL_ADD, stop.descriptor, &event)
    }

    deinit {
        connections.withLock { for connection in $0.keys { close(connection) } }
        close(descriptor)
    }

    /// Starts the thread; it ends soon after `stop` is raised.
    package func start() throws(SystemError) -> System.Thread {
        try System.Thread(name: "drain") { self.run() }
    }

    /// Takes over `connection`, whose answer has been sent; closes it when nginx has, or takes too long.
    ///
    /// nginx takes an answer for whole when nothing more can come, and then closes.
    func add(_ connection: Int32) {
        shutdown(connection, Int32(SHUT_WR))
        connections.withLock { connections in
            if connections.count >= Self.maxCount, let oldest = connections.min(by: { $0.value < $1.value }) {
                end(oldest.key, &connections)
            }
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: connection))
            guard epoll_ctl(descriptor, EPOLL_CTL_ADD, connection, &event) == 0 else {
                close(connection)
                return
            }
            connections[connection] = .now
        }
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        while !stop.isRaised { turn(&buffer, milliseconds: Self.sweepPause) }
        // Readable for ever from now on.
        epoll_ctl(descriptor, EPOLL_CTL_DEL, stop.descriptor, nil)
        let end = ContinuousClock.now.advanced(by: Self.lastWait)
        while .now < end, connections.withLock({ !$0.isEmpty }) { turn(&buffer, milliseconds: 100) }
    }

    private func turn(_ buffer: inout [UInt8], milliseconds: Int32) {
        var events = [epoll_event](repeating: epoll_event(), count: 16)
        let count = epoll_wait(descriptor, &events, Int32(events.count), milliseconds)
        connections.withLock { connections in
            for event in events.prefix(max(0, Int(count))) where connections[event.data.fd] != nil {
                read(event.data.fd, &buffer, &connections)
            }
            let now = ContinuousClock.now
            for (connection, since) in connections where now - since > Self.patience {
                end(connection, &connections)
            }
        }
    }

    private func read(
        _ connection: Int32, _ buffer: inout [UInt8], _ connections: inout [Int32: ContinuousClock.Instant]
    ) {
        let count = recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count == 0 || count < 0 && errno != EAGAIN && errno != EINTR else { return }
        end(connection, &connections)
    }

    /// Closing takes it out of the epoll as well: this process has no second descriptor of it.
    private func end(_ connection: Int32, _ connections: inout [Int32: ContinuousClock.Instant]) {
        connections[connection] = nil
        close(connection)
    }
}
