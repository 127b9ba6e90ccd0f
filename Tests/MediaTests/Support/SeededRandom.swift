/// Random numbers that are the same in every run, so that what fails once fails again.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Knuth's linear congruential generator of 64 bits, whose upper bits are the good ones.
    mutating func next() -> UInt64 {
        let words = (0..<2).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 32
        }
        return words[0] << 32 | words[1]
    }
}
