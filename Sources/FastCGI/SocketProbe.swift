import CLinux
import Glibc
import System

/// Asks the server behind a socket as nginx would, by a whole FastCGI request: it is answered only where a worker thread
/// accepts, routes and answers. (FastCGI 1.0 §3, §5.)
package struct SocketProbe: Sendable {
    private static let maxAnswerBytes = 64 << 10

    /// What came back: the HTTP status, and the body as text.
    package struct Answer: Equatable, Sendable {
        package let status: Int
        package let body: String
    }

    /// Whom to ask: sockaddr_un or sockaddr_in, in the first `length` bytes.
    private var address = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// Asks what listens at a socket of this process.
    package init(_ listener: Listener) {
        let isKnown = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(listener.descriptor, $0, &length)
            }
        }
        // No socket can be made of this family, and so nothing is answered.
        if isKnown != 0 { address.ss_family = sa_family_t(AF_UNSPEC) }
    }

    /// Asks what listens at a unix socket, of whatever process.
    package init(path: String) {
        length = UnixAddress.with(path) { name, length in
            withUnsafeMutableBytes(of: &address) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: name, count: Int(length)))
            }
            return length
        }
    }

    /// Whether `GET path` is answered with 200 before `milliseconds` have passed, waiting for each step so long.
    package func isAnswered(_ path: String, milliseconds: Int) -> Bool {
        answer(to: path, milliseconds: milliseconds)?.status == 200
    }

    /// The answer to `GET path`, asked as from this machine; nil where there is none, waiting for each step so long.
    package func answer(to path: String, milliseconds: Int) -> Answer? {
        let connection = socket(
            Int32(address.ss_family), Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard connection >= 0 else { return nil }
        defer { close(connection) }
        Self.limit(connection, milliseconds)
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(connection, $0, length) }
        }
        return code == 0 ? Self.exchange(connection, path) : nil
    }

    private static func limit(_ connection: Int32, _ milliseconds: Int) {
        var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    private static func exchange(_ connection: Int32, _ path: String) -> Answer? {
        let request = request(path)
        guard send(connection, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return nil
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < maxAnswerBytes, case let count = recv(connection, &buffer, buffer.count, 0),
            count > 0
        {
            bytes += buffer[..<count]
        }
        return answer(from: bytes)
    }

    /// Reads the first record: a header of 8 bytes with the content's length in the fifth and sixth (FastCGI 1.0 §3.3),
    /// then the response as CGI writes it. A probe's answers are short, and lie in one record.
    private static func answer(from bytes: [UInt8]) -> Answer? {
        guard bytes.count >= 8 else { return nil }
        let count = Int(bytes[4]) << 8 | Int(bytes[5])
        let text = String(decoding: bytes.dropFirst(8).prefix(count), as: UTF8.self)
        guard text.hasPrefix("Status: "), let status = Int(text.dropFirst(8).prefix(3)) else { return nil }
        return Answer(
            status: status, body: text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        )
    }

    /// A responder's request (role 1) without a body, on a connection that is not kept.
    private static func request(_ path: String) -> [UInt8] {
        let pairs = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", path), ("REMOTE_ADDR", "127.0.0.1")]
        let encoded = pairs.flatMap { name, value in
            [UInt8(name.utf8.count), UInt8(truncatingIfNeeded: value.utf8.count & 0x7F)]
                + Array((name + value).utf8)
        }
        return record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0]) + record(.parameters, encoded)
            + record(.parameters, []) + record(.input, [])
    }

    private static func record(_ kind: RecordHeader.Kind, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        RecordHeader(kind, of: 1, content: content.count).append(to: &bytes)
        return bytes + content
    }
}
