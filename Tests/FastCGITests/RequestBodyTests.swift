import Formats
import Glibc
import System
import Testing

@testable import FastCGI

@Suite struct RequestBodyTests {
    /// However the bytes of a connection are cut, and however few are asked for at a time.
    @Test(arguments: [1, 7, 255, 40_000], [1, 3, 1000, 70_000])
    func aBodyIsReadWhole(piece: Int, limit: Int) throws {
        let body = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let records = stride(from: 0, to: body.count, by: 251).map { start in
            record(5, Array(body[start..<min(start + 251, body.count)]))
        }
        let bytes = records.flatMap { $0 } + record(5, [])
        let connection = try Connection(sending: head + bytes.prefix(piece))
        let exchange = try connection.exchange()
        let client = connection.client
        let sender = try System.Thread(name: "sender") {
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
        let exchange = try connection.exchange()
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
        let exchange = try connection.exchange()
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.read(into: &buffer, atMost: 100) == count)
        #expect(exchange.isBroken)
        #expect(exchange.read(into: &buffer, atMost: 100) == 0)
    }

    @Test func noMoreIsReadThanThereIsRoomFor() throws {
        let connection = try Connection(sending: head + record(5, Array("abcdefgh".utf8)))
        let exchange = try connection.exchange()
        var buffer = [UInt8](repeating: 0, count: 3)
        #expect(exchange.read(into: &buffer, atMost: 8) == 3)
    }

    /// The record that ends it comes after the parameters were read, as where they fill the buffer.
    @Test func anEmptyBodyThatWasReadIsNotWaitedForAgain() throws {
        let connection = try Connection(sending: head)
        let exchange = try connection.exchange()
        let end = record(5, [])
        #expect(write(connection.client, end, end.count) == end.count)
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(exchange.read(into: &buffer, atMost: 100) == 0)
        let isAnswered = try StopSignal()
        let isRescued = try StopSignal()
        let client = connection.client
        let rescuer = try System.Thread(name: "rescuer") {
            // Ends a wait that there must not be.
            guard !isAnswered.wait(milliseconds: 10_000) else { return }
            isRescued.raise()
            shutdown(client, Int32(SHUT_WR))
        }
        exchange.answer(HTTPResponse(status: 204), leavingBodyTo: try BodyDrain(stop: isAnswered))
        isAnswered.raise()
        rescuer.join()
        #expect(!isRescued.isRaised)
    }

    @Test func recordsThatCameTogetherAreReadTogetherAndMoreIsWaitedFor() throws {
        let connection = try Connection(
            sending: head + record(5, Array("abc".utf8)) + record(5, Array("defgh".utf8)))
        let exchange = try connection.exchange()
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
