/// Finds where a transport stream becomes another one: a recording that was joined from several, or goes on in another
/// program. There libavformat would leave out what follows, or take pictures for sound.
///
/// The tables are looked at in a number of places; only where two of them differ is the file searched between them. Of a
/// large file no part of a thousandth of it, or of some megabytes, lies between two places; of a small one, none of a 256th.
struct TransportParts {
    /// Parts that a recording may have; a broadcast of a day with all its breaks has fewer.
    static let maxCount = 100
    /// Places that are looked at, evenly spread, and of a large file.
    private static let (places, placesOfLarge): (Int64, Int64) = (256, 1024)
    /// Bytes between two places: of a small file no less, of a large one no more, as far as there are places.
    private static let (shortestStep, longestStep): (Int64, Int64) = (32 << 10, 4 << 20)
    /// Bytes in which tables come again: DVB and ATSC want them ten times, or twice, in a second.
    private static let window = 1 << 20
    /// Bytes that are read at once.
    private static let piece = 64 << 10

    private let input: FileInput

    init(_ input: FileInput) {
        self.input = input
    }

    /// The parts in the file's order, which together are the whole file; one of a file that stays the same. Where there are
    /// too many, some more than may be.
    var ranges: [Range<Int64>] {
        var joints: [Int64] = [0]
        var place: Int64 = 0
        guard var tables = tables(from: 0) else { return [0..<input.size] }
        for next in stride(from: step, to: input.size, by: Int(step)) where joints.count <= Self.maxCount {
            guard let there = self.tables(from: next) else { continue }
            if tables.goOn(in: there) {
                tables.renew(by: there)
            } else {
                joints.append(joint(between: place, and: next, tables))
                tables = there
            }
            place = next
        }
        return zip(joints, joints.dropFirst() + [input.size]).map { $0..<max($0, $1) }
    }

    private var step: Int64 {
        let usual = min(Self.longestStep, max(Self.shortestStep, input.size / Self.places))
        return max(usual, input.size / Self.placesOfLarge)
    }

    /// The tables that come first behind `start`; nil where none do soon.
    private func tables(from start: Int64) -> TransportTables? {
        var tables = TransportTables()
        scan(start..<min(input.size, start + Int64(Self.window))) { packet, _ in
            _ = tables.read(packet)
            return !tables.areComplete
        }
        return tables.areComplete ? tables : nil
    }

    /// Where the tables that hold at `low` give way to others, before those behind `high`.
    private func joint(between low: Int64, and high: Int64, _ tables: TransportTables) -> Int64 {
        var (low, high) = (low, high)
        while high - low > Int64(Self.window) {
            let middle = low + (high - low) / 2
            let isSame = self.tables(from: middle).map(tables.goOn) ?? true
            (low, high) = isSame ? (middle, high) : (low, middle)
        }
        var found = TransportTables()
        // A part begins with its association table.
        var latest = low
        scan(low..<min(input.size, high + Int64(Self.window))) { packet, position in
            if found.read(packet) { latest = position }
            return !found.areComplete || tables.goOn(in: found)
        }
        return latest
    }

    /// Gives `body` the packets of a range, and where they begin, until it answers false.
    private func scan(_ range: Range<Int64>, _ body: (TransportPacket, Int64) -> Bool) {
        var position = range.lowerBound
        while position < range.upperBound {
            let bytes = input.bytes(at: position, count: Self.piece)
            guard bytes.count >= 2 * TransportPacket.size else { return }
            let read = bytes.withUnsafeBytes { Self.scan($0, position, body) }
            guard let read else { return }
            position += Int64(read)
        }
    }

    /// Answers how many bytes were read; nil where `body` wants no more.
    private static func scan(
        _ bytes: UnsafeRawBufferPointer, _ start: Int64, _ body: (TransportPacket, Int64) -> Bool
    ) -> Int? {
        var place = 0
        var length = TransportPacket.size
        while place + TransportPacket.size <= bytes.count {
            // Discs and cameras put four bytes in front of each packet, broadcasters sixteen behind it.
            let fits = { (length: Int) in place + length >= bytes.count || bytes[place + length] == 0x47 }
            guard bytes[place] == 0x47, let fitting = [length, 188, 192, 204].first(where: fits) else {
                place += 1
                continue
            }
            length = fitting
            let packet = UnsafeRawBufferPointer(rebasing: bytes[place..<place + TransportPacket.size])
            guard body(TransportPacket(bytes: packet), start + Int64(place)) else { return nil }
            place += length
        }
        return max(place, 1)
    }
}
