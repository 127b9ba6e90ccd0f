import Database
import Domain
import Files
import Synchronization

/// Keeps so much of the disk free as the settings say while films are converted: one begins where there is room for
/// it beside what the others of this process may write, and none goes on below the floor.
package final class ConversionSpace: Sendable {
    private let files: DataDirectory
    private let floor: Int
    /// Bytes that conversions under way may write in all.
    private let reserved = Mutex(0)

    package init(_ files: DataDirectory, floor: ByteCount) {
        self.files = files
        self.floor = floor.bytes
    }

    /// Room for one conversion, for as long as the value lives.
    struct Reservation: ~Copyable {
        private let space: ConversionSpace
        private let bytes: Int

        fileprivate init(_ space: ConversionSpace, _ bytes: Int) {
            self.space = space
            self.bytes = bytes
            space.reserved.withLock { $0 += bytes }
        }

        deinit { space.reserved.withLock { $0 -= bytes } }
    }

    /// Room for the conversion of a film of `bytes`, whose lesson takes about as much. Throws
    /// `ConversionFailure.noSpace` where there is none.
    func reserve(_ bytes: ByteCount) throws(ConversionFailure) -> Reservation {
        let reservation = Reservation(self, bytes.bytes)
        guard isFree(floor + reserved.withLock { $0 }) else { throw .noSpace }
        return reservation
    }

    /// Whether the floor is kept.
    func isKept() -> Bool { isFree(floor) }

    /// Old versions of replaced lessons give way first. Without a floor, what writes to the disk finds out.
    private func isFree(_ wanted: Int) -> Bool {
        guard floor > 0 else { return true }
        // A disk that cannot be asked may have room; what writes to it finds out.
        guard let free = try? files.freeBytes(wanting: wanted) else { return true }
        return free >= wanted
    }
}
