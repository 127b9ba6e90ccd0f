import Formats
import Glibc
import System
import Testing

@testable import FastCGI

@Suite struct BodyDrainTests {
    /// A body whose end does not come holds neither the thread that answered nor the peer that goes on sending.
    @Test func anAnsweredBodyIsReadWithoutTheWorker() throws {
        let stop = try StopSignal()
        let drain = try BodyDrain(stop: stop)
        let thread = try drain.start()
        let connection = try Connection(sending: head + record(5, Array("abc".utf8)))
        limitWaits(of: connection.client)
        try connection.exchange().answer(HTTPResponse(status: 204), leavingBodyTo: drain)
        var answer = [UInt8](repeating: 0, count: 100)
        let count = recv(connection.client, &answer, answer.count, 0)
        #expect(String(decoding: answer[8..<max(8, count)], as: UTF8.self).hasPrefix("Status: 204"))
        let rest = [UInt8](repeating: 0x61, count: 4 << 20)
        #expect(send(connection.client, rest, rest.count, Int32(MSG_NOSIGNAL)) == rest.count)
        shutdown(connection.client, Int32(SHUT_WR))
        #expect(recv(connection.client, &answer, answer.count, 0) == 0)
        stop.raise()
        thread.join()
    }

    @Test func aBodyThatHasEndedIsClosedAtOnce() throws {
        let drain = try BodyDrain(stop: try StopSignal())
        let connection = try Connection(sending: head + record(5, []))
        limitWaits(of: connection.client)
        try connection.exchange().answer(HTTPResponse(status: 204), leavingBodyTo: drain)
        var answer = [UInt8](repeating: 0, count: 1000)
        while case let count = recv(connection.client, &answer, answer.count, 0), count != 0 {
            try #require(count > 0)
        }
    }

    @Test func theOneTooManyEndsTheOldest() throws {
        let drain = try BodyDrain(stop: try StopSignal())
        let oldest = try Connection(sending: [])
        let second = try Connection(sending: [])
        drain.add(oldest.server)
        drain.add(second.server)
        for _ in 1..<BodyDrain.maxCount {
            var ends: [Int32] = [-1, -1]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            close(ends[1])
            drain.add(ends[0])
        }
        let byte: [UInt8] = [0]
        #expect(send(oldest.client, byte, 1, Int32(MSG_NOSIGNAL)) == -1)
        #expect(send(second.client, byte, 1, Int32(MSG_NOSIGNAL)) == 1)
    }

    @Test func theThreadEndsWithTheProcessWhateverIsLeft() throws {
        let stop = try StopSignal()
        let drain = try BodyDrain(stop: stop)
        let thread = try drain.start()
        let connection = try Connection(sending: [])
        drain.add(connection.server)
        stop.raise()
        thread.join()
    }

    /// Fails a test that would wait for ever.
    private func limitWaits(of socket: Int32) {
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }
}
