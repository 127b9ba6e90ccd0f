import Formats
import Glibc

/// What comes before the body of a request, as far as it has come: FCGI_BEGIN_REQUEST and FCGI_PARAMS (FastCGI 1.0 §5.1,
/// §5.2).
///
/// Reading never waits: a peer that sends half of it holds no thread.
struct RequestHead {
    /// Bytes of the whole, records' headers and padding included. nginx takes 32 KiB of headers from a client
    /// (large_client_header_buffers), and says some of them twice.
    static let maxBytes = 64 << 10
    /// Bytes of room at first: what nearly every request fits into.
    private static let firstRoom = 8 << 10
    /// FCGI_RESPONDER.
    private static let responder: UInt8 = 1

    enum Progress: Equatable {
        case complete
        /// There is more to come.
        case incomplete
        /// The peer closed the connection before it had said anything, as one does that only tries whether it is answered.
        case closed
        /// No request: not of this protocol, broken off, or too large.
        case refused
    }

    /// The number that the peer gave to its request.
    private(set) var request: UInt16 = 0
    private var bytes: [UInt8] = []
    /// How many of `bytes` came, and how many of these are records that were looked at.
    private var count = 0
    private var position = 0
    private var hasBegun = false
    /// Where in `bytes` the parameters are.
    private var parameters: [Range<Int>] = []

    /// Forgets what came, and keeps the room for the next.
    mutating func reset() {
        count = 0
        position = 0
        hasBegun = false
        parameters.removeAll(keepingCapacity: true)
    }

    /// Takes what has come in on `connection`.
    mutating func receive(from connection: Int32) -> Progress {
        while true {
            guard makeRoom() else { return .refused }
            let room = bytes.count - count
            let received = bytes.withUnsafeMutableBytes {
                recv(connection, $0.baseAddress?.advanced(by: count), room, Int32(MSG_DONTWAIT))
            }
            guard received > 0 else {
                if received < 0, errno == EINTR { continue }
                if received < 0, errno == EAGAIN { return .incomplete }
                return count == 0 ? .closed : .refused
            }
            count += received
            let progress = parse()
            // A buffer that was not filled is all that there is.
            guard progress == .incomplete, received == room else { return progress }
        }
    }

    /// What came behind the parameters: of the body.
    var ahead: ArraySlice<UInt8> { bytes[position..<count] }

    /// The request that the parameters describe; nil where they are no pairs of names and values.
    func parsed() -> HTTPRequest? {
        if parameters.count == 1, let range = parameters.first {
            return bytes.withUnsafeBytes { Parameters.request(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
        let joined = parameters.flatMap { bytes[$0] }
        return joined.withUnsafeBytes { Parameters.request($0) }
    }

    private mutating func makeRoom() -> Bool {
        guard count == bytes.count else { return true }
        guard count < Self.maxBytes else { return false }
        let wanted = max(Self.firstRoom, min(2 * count, Self.maxBytes))
        bytes += [UInt8](repeating: 0, count: wanted - count)
        return true
    }

    /// Goes over the records that have come whole.
    private mutating func parse() -> Progress {
        while count - position >= RecordHeader.length {
            guard let header = RecordHeader(parsing: bytes[position..<count]) else { return .refused }
            let start = position + RecordHeader.length
            guard start + header.content + header.padding <= count else { return .incomplete }
            let content = start..<start + header.content
            guard hasBegun ? continues(header) : begins(header, bytes[content]) else { return .refused }
            position = content.upperBound + header.padding
            if header.kind == .parameters {
                // An empty record ends the stream (§3.3).
                guard !content.isEmpty else { return .complete }
                parameters.append(content)
            }
        }
        return .incomplete
    }

    /// FCGI_BeginRequestBody: two bytes of role, flags. Whether the connection is to be kept makes no difference: it is not.
    private mutating func begins(_ header: RecordHeader, _ body: ArraySlice<UInt8>) -> Bool {
        guard header.kind == .beginRequest, header.request != 0, header.content == 8,
            body.starts(with: [0, Self.responder])
        else { return false }
        request = header.request
        hasBegun = true
        return true
    }

    private func continues(_ header: RecordHeader) -> Bool {
        header.kind == .parameters && header.request == request
    }
}
