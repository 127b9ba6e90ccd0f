/// What the tables at the head of a segment say (ISO/IEC 13818-1 §2.4.4).
struct ProgramTables {
    /// Stream types of the PMT (§2.4.4.9, table 2-34).
    private static let h264: UInt8 = 0x1B
    private static let adts: UInt8 = 0x0F

    /// PID of the pictures; nil until the PMT was read.
    private(set) var video: Int?
    /// PID of the sound, nil for a silent lesson.
    private(set) var audio: Int?
    private var programMap: Int?

    /// Reads the first packet of a segment; false where it is no PAT with one program.
    mutating func readAssociation(_ packet: TransportPacket) -> Bool {
        let payload = packet.payload
        guard packet.pid == 0, packet.startsUnit, payload.count >= 13, payload[1] == 0 else { return false }
        programMap = Int(payload[11] & 0x1F) << 8 | Int(payload[12])
        return true
    }

    /// Reads a packet anywhere in a segment; true where it is the map that the association named.
    mutating func readMapAgain(_ packet: TransportPacket) -> Bool {
        guard packet.pid == programMap, packet.startsUnit else { return false }
        return readMap(packet)
    }

    /// Reads the second packet; false where it is not the PMT that the PAT named, or has no H.264.
    mutating func readMap(_ packet: TransportPacket) -> Bool {
        video = nil
        audio = nil
        let payload = packet.payload
        guard packet.pid == programMap, packet.startsUnit, payload.count >= 13, payload[1] == 2 else {
            return false
        }
        let end = min(payload.count, 4 + (Int(payload[2] & 0x0F) << 8 | Int(payload[3])) - 4)
        var position = 13 + (Int(payload[11] & 0x0F) << 8 | Int(payload[12]))
        while position + 5 <= end {
            let pid = Int(payload[position + 1] & 0x1F) << 8 | Int(payload[position + 2])
            if payload[position] == Self.h264 { video = pid }
            if payload[position] == Self.adts { audio = pid }
            position += 5 + (Int(payload[position + 3] & 0x0F) << 8 | Int(payload[position + 4]))
        }
        return video != nil
    }
}
