/// How many packets of a transport or program stream are scrambled, looked at in several places of the file: each says so
/// in its head (ISO/IEC 13818-1 §2.4.3.3 and §2.4.3.7), and libavformat reads over it.
struct ScrambledPackets {
    private static let places = 8
    private static let pieceSize = 128 << 10
    /// A damaged head may look like a scrambled packet's; of a film of which more are, too much is missing.
    private static let maxShare = 0.1
    /// Of a transport stream's packets: as broadcast, with a time in front (M2TS), with a checksum behind.
    private static let packetSizes = [188, 192, 204]

    /// ISO/IEC 13818-1 table 2-22: AC-3 and PCM of a DVD, and what has an extension for its name (VC-1 of an HD DVD).
    private static let privateStream = 0x1BD
    private static let extendedStream = 0x1FD

    private let isProgram: Bool
    /// By PID or start code.
    private var packets: [Int: (all: Int, scrambled: Int)] = [:]
    /// PIDs whose present unit said in its head that it is scrambled.
    private var scrambledUnits: Set<Int> = []

    init(transport input: FileInput) {
        isProgram = false
        for piece in Self.pieces(input) { readTransport(piece) }
    }

    init(program input: FileInput) {
        isProgram = true
        for piece in Self.pieces(input) { readProgram(piece) }
    }

    /// What the packets of a stream are encrypted with, by its PID, or the number that libavformat gives it in a program;
    /// nil where they are not.
    func scheme(of id: Int) -> String? {
        guard let count = packets[isProgram ? Self.startCode(of: id) : id] else { return nil }
        return Double(count.scrambled) > Double(count.all) * Self.maxShare ? "scrambled packets" : nil
    }

    /// libavformat tells the streams that share a start code apart by a byte of their own: below it, or behind its last one.
    private static func startCode(of id: Int) -> Int {
        switch id {
        case ..<0x100: privateStream
        case 0xFD00...0xFDFF: extendedStream
        default: id
        }
    }

    private static func pieces(_ input: FileInput) -> [[UInt8]] {
        let last = max(0, input.size - Int64(pieceSize))
        let starts = Set((0..<places).map { last * Int64($0) / Int64(places - 1) })
        return starts.map { input.bytes(at: $0, count: pieceSize) }
    }

    private mutating func readTransport(_ piece: [UInt8]) {
        scrambledUnits = []
        guard let (start, size) = Self.grid(piece) else { return }
        for position in stride(from: start, to: piece.count - TransportPacket.size, by: size) {
            piece[position..<position + TransportPacket.size].withUnsafeBytes { bytes in
                let packet = TransportPacket(bytes: UnsafeRawBufferPointer(rebasing: bytes[...]))
                guard packet.hasSync, packet.hasPayload else { return }
                if packet.startsUnit {
                    let isScrambled = Self.isScrambled(packet.payload)
                    if isScrambled {
                        scrambledUnits.insert(packet.pid)
                    } else {
                        scrambledUnits.remove(packet.pid)
                    }
                }
                count(packet.pid, isScrambled: packet.isScrambled || scrambledUnits.contains(packet.pid))
            }
        }
    }

    /// Where packets begin and how far apart: five sync bytes in a row are no chance.
    private static func grid(_ piece: [UInt8]) -> (start: Int, size: Int)? {
        for size in packetSizes where piece.count > 6 * size {
            let start = (0..<size).first { start in
                (0..<5).allSatisfy { piece[start + $0 * size] == 0x47 }
            }
            if let start { return (start, size) }
        }
        return nil
    }

    private mutating func readProgram(_ piece: [UInt8]) {
        piece.withUnsafeBytes { bytes in
            for position in 0..<max(0, bytes.count - 9)
            where bytes[position] == 0 && bytes[position + 1] == 0 && bytes[position + 2] == 1 {
                let code = bytes[position + 3]
                guard code == 0xBD || code == 0xFD || (0xC0...0xEF).contains(code) else { continue }
                let head = UnsafeRawBufferPointer(rebasing: bytes[position..<position + 9])
                count(0x100 | Int(code), isScrambled: Self.isScrambled(head))
            }
        }
    }

    /// PES_scrambling_control, behind the two bits that only MPEG-2's heads have.
    private static func isScrambled(_ head: UnsafeRawBufferPointer) -> Bool {
        head.count > 6 && head[0] == 0 && head[1] == 0 && head[2] == 1 && head[6] & 0xC0 == 0x80
            && head[6] & 0x30 != 0
    }

    private mutating func count(_ id: Int, isScrambled: Bool) {
        let before = packets[id] ?? (0, 0)
        packets[id] = (before.all + 1, before.scrambled + (isScrambled ? 1 : 0))
    }
}
