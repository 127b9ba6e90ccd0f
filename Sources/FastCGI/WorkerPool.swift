import CFastCGI
import CLinux
import Domain
import Formats
import Glibc
import Logging
import Runtime

/// The threads that answer one listener; each takes a connection, answers it and closes it.
///
/// A thread is held by a connection as long as that is open, so nginx must not keep connections (fastcgi_keep_conn
/// off): then as many requests are in flight as there are threads, and no idle connection starves the others.
package final class WorkerPool: Sendable {
    /// Answers one request; must not throw, and may read the body while it is called.
    package typealias Handler = (HTTPRequest, any HTTPBody) -> HTTPResponse

    private let listener: Listener
    private let stop: StopSignal
    private let pool: ThreadPool
    private let metrics: ServerMetrics
    private let log: Logger
    private let makeHandler: @Sendable () -> Handler

    /// `makeHandler` is called once on each thread, for the requests of that thread.
    package init(
        listener: Listener, stop: StopSignal, pool: ThreadPool, metrics: ServerMetrics, log: Logger,
        makeHandler: @escaping @Sendable () -> Handler
    ) {
        self.listener = listener
        self.pool = pool
        self.metrics = metrics
        self.stop = stop
        self.log = log
        self.makeHandler = makeHandler
    }

    /// Starts `count` threads; they end when `stop` is raised and their request is answered.
    package func start(_ count: Int) throws(SystemError) -> [Runtime.Thread] {
        // fcgiapp.h: required once before FCGX_Accept_r in a multi-threaded process.
        FCGX_Init()
        metrics.setThreads(count, of: pool)
        var threads: [Runtime.Thread] = []
        for index in 0..<count {
            threads.append(try Runtime.Thread(name: "\(pool.rawValue)-\(index)") { self.work() })
        }
        return threads
    }

    private func work() {
        let waiter: ConnectionWaiter
        do {
            waiter = try ConnectionWaiter(listener: listener, stop: stop)
        } catch {
            log.critical("worker_failed", metadata: ["error": "\(error)"])
            return
        }
        let exchange = Exchange(listener: listener.descriptor)
        let handler = makeHandler()
        while !stop.isRaised {
            switch exchange.accept() {
            case nil: serve(exchange, handler)
            case EAGAIN: waiter.wait()
            case .some(let code): recover(from: code)
            }
        }
    }

    private func serve(_ exchange: Exchange, _ handler: Handler) {
        metrics.threadWorks(in: pool)
        defer { metrics.threadRests(in: pool) }
        guard let request = exchange.head() else {
            exchange.answer(HTTPResponse(status: 400))
            return
        }
        exchange.answer(handler(request, exchange))
    }

    /// EMFILE, ENOMEM and their like pass; trying again at once would only burn a core.
    private func recover(from code: Int32) {
        log.error("accept_failed", metadata: ["error": "\(SystemError(code: code, operation: "accept"))"])
        stop.wait(milliseconds: 100)
    }
}
