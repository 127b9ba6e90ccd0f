import CLibAV

/// What the tables of a transport stream say: which programs there are, and what each PID carries
/// (ISO/IEC 13818-1 §2.4.4).
struct TransportTables {
    /// PIDs of the programs' maps, by program number.
    private var maps: [Int: Int] = [:]
    /// stream_type of each PID, by program number.
    private var types: [Int: [Int: UInt8]] = [:]

    /// All maps that the association table names were read.
    var areComplete: Bool { !maps.isEmpty && maps.count == types.count }

    /// Whether a film whose tables were these goes on where the tables are `others`, in the same streams or in those that
    /// libavformat takes for the same.
    ///
    /// It does not where a PID carries something else, or where another program has taken over, under other PIDs.
    func goOn(in others: TransportTables) -> Bool {
        let (mine, theirs) = (carried, others.carried)
        guard mine.allSatisfy({ theirs[$0.key] ?? $0.value == $0.value }) else { return false }
        return !Set(maps.keys).isDisjoint(with: others.maps.keys)
            || !Set(mine.keys).isDisjoint(with: theirs.keys)
    }

    /// Takes up what tables say in which the film goes on: libavformat knows the streams of both.
    mutating func renew(by others: TransportTables) {
        maps.merge(others.maps) { _, new in new }
        for (program, streams) in others.types {
            types[program, default: [:]].merge(streams) { _, new in new }
        }
    }

    /// stream_type of each PID of all programs.
    private var carried: [Int: UInt8] {
        types.values.reduce(into: [:]) { all, program in all.merge(program) { first, _ in first } }
    }

    /// Reads a packet if it begins a table; answers whether it was the association table.
    ///
    /// Of a map that does not fit into one packet nothing is known but that it is there.
    mutating func read(_ packet: TransportPacket) -> Bool {
        guard packet.startsUnit, packet.hasPayload else { return false }
        if packet.pid == 0 { return readAssociation(packet.payload) }
        for (number, pid) in maps where pid == packet.pid { readMap(packet.payload, of: number) }
        return false
    }

    private mutating func readAssociation(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard let section = Self.section(payload, table: 0), Self.isWhole(section) else { return false }
        var found: [Int: Int] = [:]
        for position in stride(from: 8, through: section.count - 8, by: 4) {
            let number = Self.number(section, position, 0xFF)
            // Program 0 is the network's table.
            if number != 0 { found[number] = Self.number(section, position + 2, 0x1F) }
        }
        if found != maps { types = [:] }
        maps = found
        return true
    }

    private mutating func readMap(_ payload: UnsafeRawBufferPointer, of program: Int) {
        guard let section = Self.section(payload, table: 2), section.count >= 16 else { return }
        var found: [Int: UInt8] = [:]
        let isCut = section.count < Self.length(section)
        guard isCut || Self.isWhole(section) else { return }
        var position = isCut ? section.count : 12 + Self.number(section, 10, 0x0F)
        while position + 5 <= section.count - 4 {
            found[Self.number(section, position + 1, 0x1F)] = section[position]
            position += 5 + Self.number(section, position + 3, 0x0F)
        }
        types[program] = found
    }

    /// The section that the payload begins with (§2.4.4.1), as far as it is there; nil where it is of another table.
    private static func section(
        _ payload: UnsafeRawBufferPointer, table: UInt8
    ) -> UnsafeRawBufferPointer? {
        guard let pointer = payload.first, Int(pointer) + 12 <= payload.count else { return nil }
        let section = UnsafeRawBufferPointer(rebasing: payload[(1 + Int(pointer))...])
        guard section.count >= 8, section[0] == table else { return nil }
        return UnsafeRawBufferPointer(rebasing: section[..<min(section.count, max(8, length(section)))])
    }

    private static func length(_ section: UnsafeRawBufferPointer) -> Int { 3 + number(section, 1, 0x0F) }

    /// All of it is there, and as it was written: the checksum of all bytes, with itself, is 0 (annex A).
    private static func isWhole(_ section: UnsafeRawBufferPointer) -> Bool {
        guard section.count >= 12, section.count == length(section) else { return false }
        return av_crc(av_crc_get_table(AV_CRC_32_IEEE), .max, section.baseAddress, section.count) == 0
    }

    /// Two bytes, of the higher of which the bits of `mask` count.
    private static func number(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ mask: UInt8) -> Int {
        Int(bytes[position] & mask) << 8 | Int(bytes[position + 1])
    }
}
