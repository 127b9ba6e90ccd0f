import CFastCGI
import Formats
import Glibc
import Runtime
import Synchronization
import Testing

@testable import FastCGI

private let libfcgi = Mutex(())

/// What nginx sends, in one write; libfcgi on the other side.
private struct Connection: ~Copyable {
    let listener: Int32
    let client: Int32

    /// The kernel takes connections and bytes before anybody accepts.
    init(sending records: [UInt8]) throws {
        // Several at once must not.
        libfcgi.withLock { _ in _ = FCGX_Init() }
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeMutableBytes(of: &address) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
                return false
            }
            return bind(listener, address, length) == 0 && listen(listener, 1) == 0
                && getsockname(listener, address, &length) == 0 && connect(client, address, length) == 0
        }
        try #require(isConnected)
        try #require(write(client, records, records.count) == records.count)
    }

    deinit {
        close(client)
        close(listener)
    }
}

/// A record of request 1 (FastCGI 1.0 §3.3), padded to eight bytes as nginx does.
private func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    let padding = (8 - content.count % 8) % 8
    return [1, type, 0, 1, 0, UInt8(content.count), UInt8(padding), 0] + content
        + [UInt8](repeating: 0, count: padding)
}

/// FCGI_BEGIN_REQUEST for a responder, and the end of no parameters.
private let head = record(1, [0, 1, 0, 0, 0, 0, 0, 0]) + record(4, [])

@Suite struct RequestBodyTests {
    /// Fails where the installed libfcgi keeps its fields elsewhere.
    @Test func whereLibfcgiStandsIsKnown() throws {
        let records = record(5, Array("abc".utf8)) + record(5, Array("defgh".utf8))
        let connection = try Connection(sending: head + records)
        var request = FCGX_Request()
        FCGX_InitRequest(&request, connection.listener, 0)
        try #require(FCGX_Accept_r(&request) == 0)
        defer { FCGX_Finish_r(&request) }
        #expect(focust_stands(request.in).length == 32)
        var bytes = [CChar](repeating: 0, count: 8)
        #expect(FCGX_GetStr(&bytes, 2, request.in) == 2)
        let standing = focust_stands(request.in)
        #expect((standing.length, standing.content, standing.padding) == (22, 1, 5))
        #expect(standing.ahead.pointee == UInt8(ascii: "c"))
    }

    @Test func fieldsThatAreNotWhatTheyWereAreNotBelieved() throws {
        let connection = try Connection(sending: head + record(5, Array("abc".utf8)))
        var request = FCGX_Request()
        FCGX_InitRequest(&request, connection.listener, 0)
        try #require(FCGX_Accept_r(&request) == 0)
        defer { FCGX_Finish_r(&request) }
        var stream = request.in.pointee
        #expect(focust_stands(&stream).length >= 0)
        var other = [UInt64](repeating: 0x0102_0304_0506_0708, count: 16)
        other.withUnsafeMutableBytes { bytes in
            stream.data = bytes.baseAddress
            #expect(focust_stands(&stream).length == -1)
        }
        stream.data = nil
        #expect(focust_stands(&stream).length == -1)
    }

    /// However the bytes of a connection are cut, and however few are asked for at a time.
    @Test(arguments: [1, 7, 255, 40_000], [1, 3, 1000, 70_000])
    func aBodyIsReadWhole(piece: Int, limit: Int) throws {
        let body = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let records = stride(from: 0, to: body.count, by: 251).map { start in
            record(5, Array(body[start..<min(start + 251, body.count)]))
        }
        let bytes = records.flatMap { $0 } + record(5, [])
        let connection = try Connection(sending: head + bytes.prefix(piece))
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        let client = connection.client
        let sender = try Runtime.Thread(name: "sender") {
            for start in stride(from: piece, to: bytes.count, by: piece) {
                let end = min(start + piece, bytes.count)
                _ = bytes.withUnsafeBytes { write(client, $0.baseAddress.map { $0 + start }, end - start) }
            }
        }
        var buffer = [UInt8](repeating: 0, count: limit)
        var received: [UInt8] = []
        while case let count = exchange.read(into: &buffer, atMost: limit), count > 0 {
            received += buffer[..<count]
        }
        sender.join()
        #expect(received == body)
        #expect(!exchange.isBroken)
    }

    /// What may follow a first record of three bytes and is not the rest of a body: another type, the end of the request,
    /// another version, another request.
    private static let noRecords: [[UInt8]] = [
        record(4, Array("de".utf8)), record(2, []), [2] + record(5, Array("de".utf8)).dropFirst(),
        [1, 5, 0, 2, 0, 0, 0, 0],
    ]

    /// The peer stays: nothing but the header says that it is wrong.
    @Test(arguments: noRecords)
    func whatIsNoRecordOfTheBodyIsBroken(next: [UInt8]) throws {
        let connection = try Connection(sending: head + record(5, Array("abc".utf8)) + next)
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 0) == 3)
        #expect(exchange.isBroken)
        #expect(exchange.read(into: &buffer, atMost: 100) == 0)
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 0) == 0)
    }

    /// Where a peer may stop: behind a record, in a header, in a record's padding.
    private static let brokenEnds: [([UInt8], Int)] = [
        ([], 3), ([1, 5, 0, 1], 3), (record(5, Array("de".utf8)).dropLast(), 5),
    ]

    @Test(arguments: brokenEnds)
    func whatBreaksOffIsBroken(end: [UInt8], count: Int) throws {
        let connection = try Connection(sending: head + record(5, Array("abc".utf8)) + end)
        shutdown(connection.client, Int32(SHUT_WR))
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.read(into: &buffer, atMost: 100) == count)
        #expect(exchange.isBroken)
        #expect(exchange.read(into: &buffer, atMost: 100) == 0)
    }

    @Test func noMoreIsReadThanThereIsRoomFor() throws {
        let connection = try Connection(sending: head + record(5, Array("abcdefgh".utf8)))
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        var buffer = [UInt8](repeating: 0, count: 3)
        #expect(exchange.read(into: &buffer, atMost: 8) == 3)
    }

    /// The record that ends it comes after libfcgi has read the rest, as where the parameters fill its buffer.
    @Test func anEmptyBodyThatWasReadIsNotWaitedForAgain() throws {
        let connection = try Connection(sending: head)
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        let end = record(5, [])
        #expect(write(connection.client, end, end.count) == end.count)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.read(into: &buffer, atMost: 100) == 0)
        let isAnswered = try StopSignal()
        let isRescued = try StopSignal()
        let client = connection.client
        let rescuer = try Runtime.Thread(name: "rescuer") {
            // Ends a wait that there must not be.
            guard !isAnswered.wait(milliseconds: 10_000) else { return }
            isRescued.raise()
            shutdown(client, Int32(SHUT_WR))
        }
        exchange.answer(HTTPResponse(status: 204))
        isAnswered.raise()
        rescuer.join()
        #expect(!isRescued.isRaised)
    }

    @Test func recordsThatCameTogetherAreReadTogetherAndMoreIsWaitedFor() throws {
        let connection = try Connection(
            sending: head + record(5, Array("abc".utf8)) + record(5, Array("defgh".utf8)))
        let exchange = Exchange(listener: connection.listener)
        try #require(exchange.accept() == nil)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 0) == 8)
        #expect(buffer.prefix(8) == ArraySlice("abcdefgh".utf8))
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 0) == nil)
        let last = record(5, Array("i".utf8)) + record(5, [])
        #expect(write(connection.client, last, last.count) == last.count)
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 5000) == 1)
        #expect(exchange.readSome(into: &buffer, waitingAtMost: 5000) == 0)
        #expect(!exchange.isBroken)
    }
}
