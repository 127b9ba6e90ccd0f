import CLinux
import Domain
import Formats
import Glibc
import Logging
import Metrics
import System

/// The threads that answer one listener; each takes a connection, answers it and closes it.
///
/// A thread is held by a request from its last parameter to its answer, so nginx must not keep connections
/// (fastcgi_keep_conn off): then as many requests are in flight as there are threads, and no idle connection starves the
/// others.
package final class WorkerPool: Sendable {
    /// Answers one request; must not throw, and may read the body while it is called.
    package typealias Handler = (HTTPRequest, any HTTPBody) -> HTTPResponse

    /// While connections wait, how often one that waits too long is looked for, in milliseconds.
    private static let sweepPause: Int32 = 1000
    /// How long requests that were on their way when the process was told to stop are still waited for.
    private static let lastWait = Duration.seconds(1)

    private let listener: Listener
    private let waiting: WaitingConnections
    private let strangers: StrangerLog
    private let drain: BodyDrain
    private let stop: StopSignal
    private let pool: PoolMetrics
    private let log: Logger
    private let makeHandler: @Sendable () -> Handler

    /// `makeHandler` is called once on each thread, for the requests of that thread.
    package init(
        listener: Listener, stop: StopSignal, drain: BodyDrain, pool: PoolMetrics, log: Logger,
        makeHandler: @escaping @Sendable () -> Handler
    ) throws(SystemError) {
        self.listener = listener
        self.waiting = try WaitingConnections()
        self.strangers = StrangerLog(log)
        self.drain = drain
        self.pool = pool
        self.stop = stop
        self.log = log
        self.makeHandler = makeHandler
    }

    /// Starts `count` threads; they end when `stop` is raised and their request is answered.
    package func start(_ count: Int) throws(SystemError) -> [System.Thread] {
        pool.hasThreads(count)
        var threads: [System.Thread] = []
        for index in 0..<count {
            threads.append(try System.Thread(name: "\(pool.name)-\(index)") { self.work() })
        }
        return threads
    }

    private func work() {
        let waiter: ConnectionWaiter
        do {
            waiter = try ConnectionWaiter(listener: listener, waiting: waiting, stop: stop)
        } catch {
            log.critical("worker_failed", metadata: ["error": "\(error)"])
            return
        }
        let exchange = Exchange()
        let handler = makeHandler()
        var door = Door(listener)
        while !stop.isRaised {
            // Those that have waited already come first; there hardly ever are any.
            if !waiting.isEmpty, let entry = waiting.next() {
                goOn(exchange.take(entry.connection, entry.head), exchange, handler, since: entry.since)
                continue
            }
            switch door.next() {
            case .connection(let connection): goOn(exchange.take(connection), exchange, handler, since: .now)
            case .stranger(let peer): strangers.note(peer)
            case .nobody: waiter.wait(milliseconds: waiting.isEmpty ? -1 : Self.sweepPause)
            case .failed(let code): recover(from: code)
            }
        }
        finishWaiting(exchange, handler)
    }

    /// A connection that was accepted before the stop has its answer: who comes later finds the socket of the next process.
    private func finishWaiting(_ exchange: Exchange, _ handler: Handler) {
        let end = ContinuousClock.now.advanced(by: Self.lastWait)
        while !waiting.isEmpty, .now < end {
            guard let entry = waiting.next(milliseconds: 100) else { continue }
            goOn(exchange.take(entry.connection, entry.head), exchange, handler, since: entry.since)
        }
    }

    /// Serves a request that has come whole, and sees to it that one that has not holds no thread.
    private func goOn(
        _ progress: RequestHead.Progress, _ exchange: Exchange, _ handler: Handler,
        since: @autoclosure () -> ContinuousClock.Instant
    ) {
        switch progress {
        case .complete: serve(exchange, handler)
        case .incomplete:
            let (connection, head) = exchange.giveBack()
            waiting.add(connection, head, since: since())
        case .closed: exchange.finish()
        case .refused: refuse(exchange)
        }
    }

    private func serve(_ exchange: Exchange, _ handler: Handler) {
        guard let request = exchange.request() else { return refuse(exchange) }
        pool.threadWorks()
        defer { pool.threadRests() }
        exchange.answer(handler(request, exchange), leavingBodyTo: drain)
    }

    private func refuse(_ exchange: Exchange) {
        exchange.finish()
        log.warning("request_refused", metadata: ["cause": "no FastCGI request, or parameters beyond 64 KiB"])
    }

    /// EMFILE, ENOMEM and their like pass; trying again at once would only burn a core.
    private func recover(from code: Int32) {
        log.error("accept_failed", metadata: ["error": "\(SystemError(code: code, operation: "accept"))"])
        stop.wait(milliseconds: 100)
    }
}
