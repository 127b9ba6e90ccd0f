import Formats
import Glibc
import System
import Testing

@testable import FastCGI

@Suite struct RequestHeadTests {
    private static let parameters: [UInt8] =
        [14, 3] + Array("REQUEST_METHODPUT".utf8) + [11, 2] + Array("REQUEST_URI/a".utf8)

    /// However many records the parameters come in, and however they are cut.
    @Test(arguments: [1, 5, 200], [1, 3, 1000])
    func parametersComeInAnyNumberOfRecords(perRecord: Int, perWrite: Int) throws {
        let records = stride(from: 0, to: Self.parameters.count, by: perRecord).flatMap {
            record(4, Array(Self.parameters[$0..<min($0 + perRecord, Self.parameters.count)]))
        }
        let bytes = begin + records + record(4, []) + record(5, Array("body".utf8))
        let connection = try Connection(sending: [])
        let exchange = Exchange()
        var progress = exchange.take(connection.server)
        for start in stride(from: 0, to: bytes.count, by: perWrite) where progress == .incomplete {
            let piece = Array(bytes[start..<min(start + perWrite, bytes.count)])
            try #require(write(connection.client, piece, piece.count) == piece.count)
            let (server, head) = exchange.giveBack()
            progress = exchange.take(server, head)
        }
        #expect(progress == .complete)
        let request = try #require(exchange.request())
        #expect((request.method, request.path) == ("PUT", "/a"))
    }

    /// Nothing, half of a header, half of the parameters, all but their end.
    @Test(arguments: [0, 2, 40, begin.count + record(4, parameters).count])
    func halfAHeadIsWaitedForWithoutAThread(count: Int) throws {
        let bytes = begin + record(4, Self.parameters)
        let connection = try Connection(sending: Array(bytes.prefix(count)))
        let exchange = Exchange()
        #expect(exchange.take(connection.server) == .incomplete)
    }

    @Test(arguments: [0, 2, 40])
    func aPeerThatClosesIsNoRequest(count: Int) throws {
        let connection = try Connection(sending: Array((begin + record(4, Self.parameters)).prefix(count)))
        shutdown(connection.client, Int32(SHUT_WR))
        let exchange = Exchange()
        #expect(exchange.take(connection.server) == (count == 0 ? .closed : .refused))
    }

    /// Another version, no beginning, request 0, another role, a short body of it, a beginning twice, a request that is
    /// aborted or another's, a body before the end of the parameters, management records.
    private static let noHeads: [[UInt8]] = [
        [2] + begin.dropFirst(), record(4, parameters), [1, 1, 0, 0] + begin.dropFirst(4),
        record(1, [0, 2, 0, 0, 0, 0, 0, 0]), record(1, [0, 1, 0]), begin + begin, begin + record(2, []),
        begin + [1, 4, 0, 2, 0, 0, 0, 0], begin + record(5, []), [1, 9, 0, 0, 0, 0, 0, 0],
    ]

    @Test(arguments: noHeads)
    func whatIsNoBeginningOfARequestIsRefused(bytes: [UInt8]) throws {
        let connection = try Connection(sending: bytes)
        let exchange = Exchange()
        #expect(exchange.take(connection.server) == .refused)
    }

    @Test(arguments: [(60, RequestHead.Progress.complete), (64, .refused)])
    func moreThanTheLimitIsRefused(kibibytes: Int, expected: RequestHead.Progress) throws {
        let value = [UInt8](repeating: 0x61, count: 1017)
        let pair: [UInt8] = [1, 0x80, 0, UInt8(value.count >> 8), UInt8(value.count & 255), 0x41] + value
        let records = [[UInt8]](repeating: record(4, pair), count: kibibytes).flatMap(\.self)
        let connection = try Connection(sending: begin + records + record(4, []) + record(5, []))
        let exchange = Exchange()
        #expect(exchange.take(connection.server) == expected)
    }

    /// What an exchange keeps of one request is not the next one's.
    @Test func theNextRequestBeginsAnew() throws {
        let exchange = Exchange()
        for method in ["PUT", "GET"] {
            let pair = [14, 3] + Array("REQUEST_METHOD\(method)".utf8)
            let records = begin + record(4, pair) + record(4, []) + record(5, [])
            let connection = try Connection(sending: records)
            #expect(exchange.take(connection.server) == .complete)
            #expect(exchange.request()?.method == method)
            exchange.answer(
                HTTPResponse(status: 204), leavingBodyTo: try BodyDrain(stop: try StopSignal()))
            var answer = [UInt8](repeating: 0, count: 100)
            let count = recv(connection.client, &answer, answer.count, Int32(MSG_WAITALL))
            #expect(String(decoding: answer[8..<count], as: UTF8.self).hasPrefix("Status: 204 No Content"))
        }
    }
}
