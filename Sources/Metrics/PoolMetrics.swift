/// The threads that share one kind of work: how many there are, and how many are at work.
package struct PoolMetrics: Sendable {
    /// The value of the label `pool`.
    package let name: String
    fileprivate let threads = Gauge()
    fileprivate let busyThreads = Gauge()
    /// No metric: for a watchdog, which only wants to know whether there is life.
    private let ended = Counter()

    package init(_ name: String) { self.name = name }

    /// The pool has `count` threads.
    package func hasThreads(_ count: Int) { threads.set(count) }

    /// A thread takes up a request or a job; `threadRests` must follow.
    package func threadWorks() { busyThreads.add(1) }

    package func threadRests() {
        busyThreads.add(-1)
        ended.increment()
    }

    /// Requests or jobs that the pool's threads are done with.
    package var endedCount: Int { ended.value }
}

extension MetricsRegistry {
    /// The threads of the process, pool by pool.
    package mutating func add(_ pools: [PoolMetrics]) {
        read("focust_threads", "Threads of a pool.", .gauge) { pools.flatMap { $0.samples(of: $0.threads) } }
        read("focust_threads_busy", "Threads of a pool at work.", .gauge) {
            pools.flatMap { $0.samples(of: $0.busyThreads) }
        }
    }
}

extension PoolMetrics {
    fileprivate func samples(of gauge: Gauge) -> [MetricSample] { gauge.samples([.init("pool", name)]) }
}
