import Foundation
import Metrics
import PrometheusReader
import Synchronization
import System
import Testing

@Suite struct MetricsTests {
    private enum Colour: String, CaseIterable {
        case red
        case odd = "a \"quoted\" \\ and a\nline, {end}=é"
    }

    @Test func `Labels and help may hold anything`() throws {
        var registry = MetricsRegistry()
        let colours = registry.each(
            "colours_total", "A \\ and \"a\"\nline", by: "colour", Colour.self, Counter.init)
        colours[.odd]?.increment(by: 3)
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(
            text.hasPrefix("# HELP colours_total A \\\\ and \"a\"\\nline\n# TYPE colours_total counter\n"))
        let scrape = try MetricsScrape(registry.exposition())
        #expect(scrape.value("colours_total", ["colour": Colour.odd.rawValue]) == 3)
        #expect(scrape.value("colours_total", ["colour": "red"]) == 0)
    }

    @Test(arguments: [
        "a 1\n", "# TYPE a counter\na 1\n", "# HELP a x\n# TYPE a counter\na 1",
        "# HELP a x\n# TYPE a counter\nb 1\n",
        "# HELP a x\n# TYPE a counter\na one\n", "# HELP a x\n# TYPE a counter\na{b=\"c} 1\n",
        "# HELP a x\n# TYPE a counter\na{b=\"\\x\"} 1\n", "# HELP a x\n# TYPE a counter\na 1\na 1\n",
        "# HELP a x\n# TYPE a counter\n\na 1\n", "# HELP a x\n# TYPE a counter\na inf\n",
        "# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
        "# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        "# HELP a x\n# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n",
    ])
    func `The reader of these tests refuses what is not the format`(text: String) {
        #expect(throws: (any Error).self) { _ = try MetricsScrape(Array(text.utf8)) }
    }

    @Test func `A counter never falls and a gauge does`() {
        let counter = Counter()
        counter.increment(by: 5)
        counter.increment(by: -3)
        #expect(counter.value == 5)
        let gauge = Gauge()
        gauge.set(5)
        gauge.add(-8)
        #expect(gauge.value == -3)
    }

    @Test func `Buckets are cumulative and their bounds inclusive`() throws {
        var registry = MetricsRegistry()
        let histogram = registry.one("seconds", "Some.") { Histogram(bounds: [0.5, 0.25, 2, .infinity, 2]) }
        for value in [0.25, 0.1, 0.5, 1.9, 3, 1e9, -1, .nan, .infinity] { histogram.observe(value) }
        let scrape = try MetricsScrape(registry.exposition())
        let buckets = [("0.25", 3), ("0.5", 4), ("2", 5), ("+Inf", 7)] as [(String, Double)]
        #expect(scrape.families["seconds"]?.samples.count == buckets.count + 2)
        for (limit, count) in buckets { #expect(scrape.value("seconds_bucket", ["le": limit]) == count) }
        #expect(scrape.value("seconds_count") == 7)
        #expect(scrape.value("seconds_sum") == 0.25 + 0.1 + 0.5 + 1.9 + 3 + 1e9 - 1)
    }

    @Test(
        arguments: [
            (0, "0"), (1, "1"), (-2, "-2"), (0.5, "0.5"), (1e15, "1000000000000000"), (0.000_25, "0.00025"),
            (1e-9, "1e-09"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func `Numbers are written as Go reads them`(value: Double, text: String) {
        var exposition = Exposition()
        exposition.append("a", "x", .gauge, [MetricSample(value)])
        let line = String(decoding: exposition.bytes, as: UTF8.self).split(separator: "\n").last
        #expect(line == "a \(text)")
    }

    @Test func `Nothing is lost when threads count at once`() throws {
        var registry = MetricsRegistry()
        let counter = registry.one("a_total", "x", Counter.init)
        let gauge = registry.one("b", "x", Gauge.init)
        let histogram = registry.one("c", "x") { Histogram(bounds: [1, 2]) }
        // Threads of their own, which begin together: Dispatch would run some of them one after the other.
        let ready = Atomic(0)
        let threads = try (0..<8).map { number in
            try System.Thread(name: "count-\(number)") {
                ready.wrappingAdd(1, ordering: .sequentiallyConsistent)
                while ready.load(ordering: .sequentiallyConsistent) < 8 { sched_yield() }
                for round in 0..<10_000 {
                    counter.increment()
                    gauge.add(number.isMultiple(of: 2) ? 1 : -1)
                    histogram.observe(Double(round % 3) + 0.5)
                }
            }
        }
        for thread in threads { thread.join() }
        let scrape = try MetricsScrape(registry.exposition())
        #expect(scrape.value("a_total") == 80_000)
        #expect(scrape.value("b") == 0)
        #expect(scrape.value("c_count") == 80_000)
        // 3334, 3333 and 3333 of 10,000 rounds: halves add without rounding.
        #expect(scrape.value("c_sum") == 8 * (3334 * 0.5 + 3333 * 1.5 + 3333 * 2.5))
        #expect(scrape.value("c_bucket", ["le": "1"]) == 26_672)
    }

    @Test func `Scrapes during the counting are whole`() throws {
        var registry = MetricsRegistry()
        let histogram = registry.one("c", "x") { Histogram(bounds: [1, 2]) }
        let frozen = registry
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for round in 0..<500 {
                if thread > 0 {
                    histogram.observe(Double(round % 3))
                } else {
                    #expect(throws: Never.self) { _ = try MetricsScrape(frozen.exposition()) }
                }
            }
        }
    }
}
