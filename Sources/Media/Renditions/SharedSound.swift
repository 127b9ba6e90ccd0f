import Synchronization

/// The first rendition's sound, segment by segment, for all renditions that are made beside each other. It is read once, and
/// kept until each of them has taken it.
final class SharedSound: Sendable {
    private struct Entry {
        let units: [TransportSegment.Unit]
        var left: Int
    }

    private let readers: Int
    private let entries = Mutex<[Int: Entry]>([:])

    /// - Parameter readers: how many take each segment's sound, once each.
    init(readers: Int) {
        self.readers = readers
    }

    func put(_ units: [TransportSegment.Unit], of segment: Int) {
        entries.withLock { $0[segment] = Entry(units: units, left: readers) }
    }

    /// The sound of a segment; nil where it has not been read yet.
    func take(_ segment: Int) -> [TransportSegment.Unit]? {
        entries.withLock { entries in
            guard var entry = entries[segment] else { return nil }
            entry.left -= 1
            entries[segment] = entry.left > 0 ? entry : nil
            return entry.units
        }
    }
}
