import Domain
import Files
import Synchronization

/// Keeps so much of the disk free as the settings say, whatever comes in at the same time: what uploads under way are
/// still to bring is counted as if it were there.
final class FreeSpace: Sendable {
    /// Bytes between two looks at the disk, on which others write too; by so much the floor may be passed.
    static let step = 16 << 20

    private let files: DataDirectory
    private let floor: Int
    /// Bytes that uploads under way may still bring.
    private let reserved = Mutex(0)

    init(_ files: DataDirectory, floor: ByteCount) {
        self.files = files
        self.floor = floor.bytes
    }

    /// Room for a body of `bytes`, or of unknown length. Refuses with `insufficient_storage`.
    func reserve(_ bytes: Int?) throws(Refusal) -> Reservation {
        var reservation = Reservation(self)
        try reservation.grow(by: bytes ?? Self.step)
        return reservation
    }

    /// Whether `reserve` would find room; nothing is reserved, and no retired version removed.
    func check(_ bytes: Int) throws(Refusal) {
        let wanted = Self.sum(reserved.withLock { $0 }, floor, bytes)
        let best: Int
        do { best = try files.freeBytes(atBestFor: wanted) } catch { throw Refusal(error) }
        guard best >= wanted else { throw Refusal.noSpace }
    }

    /// Reserves `bytes` more, unless the disk has not so many.
    fileprivate func add(_ bytes: Int) throws(Refusal) {
        let wanted = try reserved.withLock { (reserved) throws(Refusal) in
            let (sum, isTooMuch) = reserved.addingReportingOverflow(bytes)
            guard !isTooMuch else { throw Refusal.noSpace }
            reserved = sum
            return Self.sum(sum, floor)
        }
        let free: Int
        do {
            // For an upload that is refused all the same, no retired version goes.
            let best = try files.freeBytes(atBestFor: wanted)
            free = best < wanted ? best : try files.freeBytes(wanting: wanted)
        } catch {
            release(bytes)
            throw Refusal(error)
        }
        guard free >= wanted else {
            release(bytes)
            throw Refusal.noSpace
        }
    }

    /// More than can be counted counts as all that can be: no disk has so many.
    private static func sum(_ numbers: Int...) -> Int {
        numbers.reduce(0) { sum, number in
            let (next, isTooMuch) = sum.addingReportingOverflow(number)
            return isTooMuch ? .max : next
        }
    }

    fileprivate func release(_ bytes: Int) { reserved.withLock { $0 -= bytes } }

    /// What one body may still bring; given back where it ends.
    struct Reservation: ~Copyable {
        private let space: FreeSpace
        private var left = 0
        private var sinceLook = 0

        fileprivate init(_ space: FreeSpace) { self.space = space }

        deinit { space.release(left) }

        fileprivate mutating func grow(by bytes: Int) throws(Refusal) {
            try space.add(bytes)
            left += bytes
        }

        /// Notes that `count` bytes came and are about to be written. Refuses with `insufficient_storage` where the disk has
        /// not room for what is still to come.
        mutating func take(_ count: Int) throws(Refusal) {
            if count > left { try grow(by: max(FreeSpace.step, count - left)) }
            left -= count
            space.release(count)
            sinceLook += count
            guard sinceLook >= FreeSpace.step else { return }
            sinceLook = 0
            try space.add(0)
        }
    }
}
