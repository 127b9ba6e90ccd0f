import Glibc
import Testing

@testable import FastCGI

/// What nginx sends, in one write, and the server's end of the connection.
struct Connection: ~Copyable {
    let server: Int32
    let client: Int32

    init(sending records: [UInt8]) throws {
        var ends: [Int32] = [-1, -1]
        let isPaired = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        (server, client) = (ends[0], ends[1])
        try #require(isPaired && write(client, records, records.count) == records.count)
    }

    deinit { close(client) }

    /// The request that was sent, its body still to be read; it closes the server's end.
    func exchange() throws -> Exchange {
        let exchange = Exchange()
        try #require(exchange.take(server) == .complete)
        _ = try #require(exchange.request())
        return exchange
    }
}

/// A record of request 1 (FastCGI 1.0 §3.3), padded to eight bytes as nginx does.
func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    let padding = (8 - content.count % 8) % 8
    return [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), UInt8(padding), 0] + content
        + [UInt8](repeating: 0, count: padding)
}

/// FCGI_BEGIN_REQUEST for a responder.
let begin = record(1, [0, 1, 0, 0, 0, 0, 0, 0])

/// Likewise, and the end of no parameters.
let head = begin + record(4, [])
