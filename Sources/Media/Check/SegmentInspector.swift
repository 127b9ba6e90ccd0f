import MediaProtocol

/// Reads a lesson's segments once more, as they are written and before they are encrypted, and holds them against
/// the output rules. A packet costs a few nanoseconds; reading the files back would cost a fifth of a copy.
struct SegmentInspector {
    /// Bytes of the first picture that are kept: its parameter sets and SEI stand before the first slice.
    private static let headSize = 64 << 10

    /// What the parameter sets must say; nil for anything.
    var promise: PicturePromise?
    /// PTS of the present segment's first picture, 90 kHz.
    private(set) var firstPTS: Int64?
    /// Pictures of all segments so far.
    private(set) var pictureCount = 0
    /// The first rule that was broken; later ones follow from it.
    private(set) var failure: MediaError?

    private var number = -1
    private var packets = 0
    private var tables = ProgramTables()
    private var counters = [UInt8](repeating: 0xFF, count: 1 << 13)
    private var head: [UInt8] = []
    private var isInHead = false
    private var lastDTS: Int64?

    /// The next bytes belong to a new segment.
    mutating func beginSegment() {
        number += 1
        packets = 0
        firstPTS = nil
        head = []
        isInHead = false
    }

    /// Inspects whole packets.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        guard failure == nil else { return }
        guard bytes.count % TransportPacket.size == 0 else { return fail(.packets, "a torn packet") }
        var position = 0
        while position < bytes.count && failure == nil {
            let packet = bytes[position..<position + TransportPacket.size]
            read(TransportPacket(bytes: UnsafeRawBufferPointer(rebasing: packet)))
            position += TransportPacket.size
        }
    }

    /// Judges the segment as a whole.
    mutating func endSegment() throws(MediaError) {
        if failure == nil {
            let facts = head.withUnsafeBytes { AccessUnitFacts($0, lengthSize: nil) }
            if firstPTS == nil { fail(.noSliver, "no picture") }
            if !facts.isIDR { fail(.independentStart, "the first picture is no IDR picture") }
            if !facts.hasParameterSets {
                fail(.independentStart, "no parameter sets before the first picture")
            }
            check(facts)
        }
        if let failure { throw failure }
    }

    private mutating func check(_ facts: AccessUnitFacts) {
        guard failure == nil, let promise else { return }
        let complaint = facts.stated.map(promise.contradiction) ?? "a set that cannot be read"
        if let complaint { fail(.trueHeaders, complaint) }
    }

    private mutating func read(_ packet: TransportPacket) {
        guard packet.hasSync else { return fail(.packets, "no sync byte") }
        if packets == 0 && !tables.readAssociation(packet) { return fail(.tablesFirst, "no PAT") }
        if packets == 1 && !tables.readMap(packet) { return fail(.tablesFirst, "no PMT") }
        packets += 1
        guard packet.hasPayload else { return }
        let pid = packet.pid
        let last = counters[pid]
        if last != 0xFF && packet.continuityCounter != (last + 1) & 0x0F { fail(.continuity, "PID \(pid)") }
        counters[pid] = packet.continuityCounter
        if pid == tables.video {
            readPicture(packet)
        } else if pid == tables.audio && packet.startsUnit {
            readSound(packet)
        }
    }

    private mutating func readPicture(_ packet: TransportPacket) {
        if packet.startsUnit {
            pictureCount += 1
            guard let header = PESHeader(packet.payload) else {
                return fail(.risingTimes, "a picture without")
            }
            if let lastDTS,
                (header.dts - lastDTS) & 0x1_FFFF_FFFF == 0 || header.dts < lastDTS && !wraps(header)
            {
                return fail(.risingTimes, "DTS \(header.dts) after \(lastDTS)")
            }
            lastDTS = header.dts
            isInHead = firstPTS == nil
            if isInHead { head += packet.payload[header.length...] }
            firstPTS = firstPTS ?? header.pts
        } else if isInHead && head.count < Self.headSize {
            head += packet.payload
        }
    }

    private mutating func readSound(_ packet: TransportPacket) {
        let payload = packet.payload
        // ISO/IEC 14496-3 §1.A.2.2: an ADTS frame begins with twelve ones.
        guard let header = PESHeader(payload), header.length + 1 < payload.count,
            payload[header.length] == 0xFF, payload[header.length + 1] & 0xF0 == 0xF0
        else { return fail(.framedSound, "no ADTS frame") }
    }

    /// Times have 33 bits: after 26.5 hours they begin anew.
    private func wraps(_ header: PESHeader) -> Bool {
        (lastDTS ?? 0) - header.dts > 1 << 32
    }

    private mutating func fail(_ rule: OutputRule, _ what: String) {
        failure = failure ?? rule.broken("segment \(number), \(what)")
    }
}
