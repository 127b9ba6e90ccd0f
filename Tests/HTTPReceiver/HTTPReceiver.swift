import Glibc
import System

/// A small HTTP/1.1 server on a free port of 127.0.0.1, for tests: it records what it gets and answers as
/// told.
package final class HTTPReceiver: Sendable {
    private let connections: Connections
    private let acceptor: System.Thread

    /// `answer` decides from the request and the number of requests before it; called on any
    /// thread. `port` 0 is any free one.
    package init(
        port: UInt16 = 0, answer: @escaping @Sendable (ReceivedRequest, Int) -> HTTPReply
    ) throws {
        let connections = try Connections(port: port, answer: answer)
        self.connections = connections
        acceptor = try System.Thread(name: "receiver") { connections.accept() }
    }

    /// Answers everything with `reply`.
    package convenience init(_ reply: HTTPReply = .status(200), port: UInt16 = 0) throws {
        try self.init(port: port) { _, _ in reply }
    }

    deinit {
        connections.stop.raise()
        acceptor.join()
        connections.joinAll()
    }

    package var port: UInt16 { connections.port }
    package var url: String { "http://127.0.0.1:\(port)/hook" }

    /// Whole requests, in order of arrival.
    package var received: [ReceivedRequest] { connections.received }

    /// How many connections there were, with or without a request.
    package var connectionCount: Int { connections.count }

    /// Waits until there were `count` requests; false after `seconds`.
    package func waitForRequests(_ count: Int, seconds: Int = 10) -> Bool {
        let end = SystemClock.system.monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
        while received.count < count {
            guard SystemClock.system.monotonicNanoseconds() < end else { return false }
            connections.arrival.wait(milliseconds: 100, or: connections.stop)
        }
        return true
    }
}
