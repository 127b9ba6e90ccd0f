import Database
import Domain
import Files
import Synchronization

/// Keeps so much of the disk free as the settings say while films are converted: one begins where there is room for
/// it beside what the others of this process are still to write, and none goes on below the floor.
package final class ConversionSpace: Sendable {
    private let files: DataDirectory
    private let floor: Int
    /// Bytes that conversions under way may still write.
    private let reserved = Mutex(0)

    package init(_ files: DataDirectory, floor: ByteCount) {
        self.files = files
        self.floor = floor.bytes
    }

    /// Room for what one conversion may still write, as long as the value lives.
    final class Reservation: Sendable {
        private let space: ConversionSpace
        private let bytes: Int
        private let left: Mutex<Int>

        fileprivate init(_ space: ConversionSpace, _ bytes: Int) {
            self.space = space
            self.bytes = bytes
            left = Mutex(bytes)
            space.reserved.withLock { $0 += bytes }
        }

        deinit { give(left.withLock { $0 }) }

        /// Notes that the conversion is so far, 0 to 1: what that share took is on the disk already.
        func note(_ share: Double) {
            let rest = Int(Double(bytes) * (1 - min(max(share, 0), 1)))
            give(
                left.withLock { left in
                    let written = max(0, left - rest)
                    left -= written
                    return written
                })
        }

        private func give(_ bytes: Int) { space.reserved.withLock { $0 -= bytes } }
    }

    /// Room for the conversion of a film of `bytes`, whose lesson takes about as much; nil where there is none.
    func reserve(_ bytes: ByteCount) -> Reservation? {
        let reservation = Reservation(self, bytes.bytes)
        return isFree(floor + reserved.withLock { $0 }) ? reservation : nil
    }

    /// Whether the floor is kept.
    func isKept() -> Bool { isFree(floor) }

    /// Old versions of replaced lessons give way first, where that helps. Without a floor, what writes to the disk finds
    /// out.
    private func isFree(_ wanted: Int) -> Bool {
        guard floor > 0 else { return true }
        do throws(FileError) {
            // For a conversion that waits all the same, no retired version goes.
            guard try files.freeBytes(atBestFor: wanted) >= wanted else { return false }
            return try files.freeBytes(wanting: wanted) >= wanted
        } catch {
            // A disk that cannot be asked may have room; what writes to it finds out.
            return true
        }
    }
}
