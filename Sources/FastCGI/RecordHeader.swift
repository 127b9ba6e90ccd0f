/// The eight bytes before the content of each FastCGI record (FastCGI 1.0 §3.3, FCGI_Header).
struct RecordHeader: Equatable {
    /// FCGI_HEADER_LEN.
    static let length = 8
    /// The content's length has 16 bits; a multiple of 8 needs no padding.
    static let maxContent = 65528
    /// FCGI_VERSION_1.
    private static let version: UInt8 = 1

    /// The types of records that pass between nginx and this process (§8).
    enum Kind: UInt8 {
        case beginRequest = 1
        case endRequest = 3
        case parameters = 4
        case input = 5
        case output = 6
    }

    let kind: Kind
    /// The number that the peer gave to its request.
    let request: UInt16
    let content: Int
    var padding = 0

    init(_ kind: Kind, of request: UInt16, content: Int) {
        self.kind = kind
        self.request = request
        self.content = content
    }

    /// The header in the first eight of `bytes`; nil for another version, or a type that is no part of a request: who
    /// aborts it (FCGI_ABORT_REQUEST) waits for no answer either.
    init?(parsing bytes: ArraySlice<UInt8>) {
        let start = bytes.startIndex
        guard bytes.count >= Self.length, bytes[start] == Self.version,
            let kind = Kind(rawValue: bytes[start + 1])
        else { return nil }
        self.kind = kind
        request = UInt16(bytes[start + 2]) << 8 | UInt16(bytes[start + 3])
        content = Int(bytes[start + 4]) << 8 | Int(bytes[start + 5])
        padding = Int(bytes[start + 6])
    }

    /// Appends it as it stands on the wire.
    func append(to bytes: inout [UInt8]) {
        bytes.append(Self.version)
        bytes.append(kind.rawValue)
        bytes.append(UInt8(request >> 8))
        bytes.append(UInt8(request & 0xFF))
        bytes.append(UInt8(content >> 8 & 0xFF))
        bytes.append(UInt8(content & 0xFF))
        bytes.append(UInt8(padding))
        bytes.append(0)
    }
}
