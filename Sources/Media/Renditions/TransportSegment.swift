import MediaProtocol

/// What one segment of a lesson holds: its pictures, and its sound as it is packed.
struct TransportSegment: Sendable {
    /// The contents of one PES packet (ISO/IEC 13818-1 §2.4.3.6): an access unit of H.264, or frames of AAC.
    struct Unit: Sendable {
        /// 90 kHz, unwrapped.
        let pts: Int64
        let dts: Int64
        let bytes: [UInt8]
    }

    private(set) var pictures: [Unit] = []
    private(set) var sounds: [Unit] = []
    /// Whether the tables name AAC.
    private(set) var hasSound = false

    /// Throws `.unsupported` where the bytes are no transport stream with H.264.
    ///
    /// - Parameter number: of the segment, for what is said of it.
    init(_ bytes: [UInt8], number: Int) throws(MediaError) {
        var parser = Parser(bytes)
        parser.finish()
        guard parser.isWhole, !parser.pictures.isEmpty else {
            throw FirstRendition.refusal("its segment \(number) cannot be read")
        }
        pictures = parser.pictures
        sounds = parser.sounds
        hasSound = parser.tables.audio != nil
    }

    /// When the first picture in the head of a segment is shown, 90 kHz; nil where no picture begins in it.
    static func start(in head: [UInt8]) -> Int64? {
        var parser = Parser(head)
        parser.finish()
        return parser.pictures.first?.pts
    }

    /// When its first picture is shown.
    var start: Int64 { pictures.first?.pts ?? 0 }

    /// Of a group of pictures, no more than so many are decoded ahead (ITU-T H.264 §E.2.1, max_num_reorder_frames).
    private static let mostReordered = 16

    /// Pictures that are decoded before one that is shown in front of them, at most.
    var reordering: Int {
        var most = 0
        for (number, picture) in pictures.enumerated() {
            let before = pictures[max(0, number - Self.mostReordered)..<number]
            most = max(most, before.count { $0.pts > picture.pts })
        }
        return most
    }

    private struct Parser {
        var tables = ProgramTables()
        var isWhole = true
        var pictures: [Unit] = []
        var sounds: [Unit] = []
        private var hasMap = false
        private var open: [Int: (header: PESHeader, bytes: [UInt8])] = [:]

        init(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { bytes in
                var position = 0
                while position + TransportPacket.size <= bytes.count {
                    let packet = bytes[position..<position + TransportPacket.size]
                    read(TransportPacket(bytes: UnsafeRawBufferPointer(rebasing: packet)))
                    position += TransportPacket.size
                }
            }
        }

        private mutating func read(_ packet: TransportPacket) {
            guard packet.hasSync else { return isWhole = false }
            if packet.pid == 0 { _ = tables.readAssociation(packet) }
            if tables.readMapAgain(packet) { hasMap = true }
            guard hasMap, packet.hasPayload, packet.pid == tables.video || packet.pid == tables.audio else {
                return
            }
            let payload = packet.payload
            if packet.startsUnit {
                close(packet.pid)
                guard let header = PESHeader(payload) else { return isWhole = false }
                open[packet.pid] = (header, Array(payload[header.length...]))
            } else {
                open[packet.pid]?.bytes += payload
            }
        }

        mutating func finish() {
            for pid in [tables.video, tables.audio].compactMap(\.self) { close(pid) }
        }

        private mutating func close(_ pid: Int) {
            guard let unit = open.removeValue(forKey: pid) else { return }
            let whole = Unit(pts: unit.header.pts, dts: unit.header.dts, bytes: unit.bytes)
            if pid == tables.video { pictures.append(whole) } else { sounds.append(whole) }
        }
    }
}
