/// The packets of one track that wait for the other track's to be put in order.
struct PacketQueue {
    private var packets: [OutputPacket] = []
    private var head = 0
    /// Bytes that the waiting packets take.
    private(set) var bytes = 0
    /// Of that, what any packet takes beside its contents, roughly: libavcodec's three structures, and padding.
    private static let packetCost = 512
    /// No packet comes any more.
    var isFinished = false

    var first: OutputPacket? { head < packets.count ? packets[head] : nil }

    mutating func append(_ packet: OutputPacket) {
        packets.append(packet)
        bytes += Self.packetCost + packet.packet.bytes.count
    }

    mutating func removeFirst() -> OutputPacket? {
        guard let packet = first else { return nil }
        head += 1
        bytes -= Self.packetCost + packet.packet.bytes.count
        // Moving the rest down once per thousand packets keeps a removal cheap and the array short.
        if head == packets.count || head >= 1024 {
            packets.removeFirst(head)
            head = 0
        }
        return packet
    }
}
