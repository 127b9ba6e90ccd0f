import Domain
import System

/// Watches how fast a part comes in.
struct Pace {
    /// How often it is worth looking around, nanoseconds.
    private static let look: UInt64 = 250_000_000
    /// A part must bring so many bytes in so much time (nanoseconds), or it holds a thread for next to nothing: 1 KiB
    /// a second, less than the slowest of mobile networks.
    private static let minBytes = 30 << 10
    private static let window: UInt64 = 30_000_000_000

    private let clock: SystemClock
    private var lookedAt: UInt64
    private var windowBegan: UInt64
    private var bytes = 0

    init(_ clock: SystemClock) {
        self.clock = clock
        windowBegan = clock.monotonicNanoseconds()
        lookedAt = windowBegan
    }

    /// Notes that `count` bytes came; true now and then. Refuses with `unavailable` where it was too few for too long.
    mutating func isTimeToLook(_ count: Int) throws(Refusal) -> Bool {
        bytes += count
        let now = clock.monotonicNanoseconds()
        if now - windowBegan > Self.window {
            guard bytes >= Self.minBytes else {
                throw Refusal(
                    .unavailable, "The upload comes in too slowly; go on where it stopped.", retryAfter: 1)
            }
            windowBegan = now
            bytes = 0
        }
        guard now - lookedAt > Self.look else { return false }
        lookedAt = now
        return true
    }
}
