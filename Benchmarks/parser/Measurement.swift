/// One line of the benchmark's output.
struct Measurement {
    let name: String
    /// What one run reads, in bytes.
    let bytes: Int

    /// Runs `body` several times and prints the best: on a shared machine the others are noise.
    func run(rounds: Int = 7, _ body: () throws -> Void) rethrows {
        let clock = ContinuousClock()
        var best = Duration.seconds(3600)
        for _ in 0..<rounds { best = min(best, try clock.measure(body)) }
        let seconds = best / .seconds(1)
        let microseconds = Int(seconds * 1_000_000)
        print("\(name): \(microseconds) µs, \(Int(Double(bytes) / seconds / 1_000_000)) MB/s")
    }
}
