import Domain
import Glibc
import HTTPReceiver
import System
import Testing

@testable import Outbound

@Suite struct OutboundClientTests {
    private let client = OutboundClient(policy: .any)

    @Test func `A body and headers arrive as they are, and the answer comes back`() throws {
        let receiver = try HTTPReceiver(.status(201, headers: ["Retry-After: 7"], body: "thanks"))
        let body = Array("{\"name\":\"Leçon\"}".utf8)
        let answer = try client.send(
            OutboundRequest(posting: body, to: receiver.url + "?a=b", headers: [("X-Test", "one two")]))
        #expect(answer == OutboundResponse(status: 201, body: Array("thanks".utf8), retryAfter: 7))
        let request = try #require(receiver.received.first)
        #expect(request.method == "POST")
        #expect(request.target == "/hook?a=b")
        #expect(request.body == body)
        #expect(request.headers["x-test"] == "one two")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["expect"] == nil)
    }

    @Test func `An empty body and a large one arrive whole`() throws {
        let receiver = try HTTPReceiver()
        let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for body in [[], large] {
            #expect(try client.send(OutboundRequest(posting: body, to: receiver.url)).status == 200)
        }
        #expect(receiver.received.map(\.body) == [[], large])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `A redirect is an answer like any other, and is not followed`(status: Int) throws {
        let canary = try HTTPReceiver()
        let receiver = try HTTPReceiver(.status(status, headers: ["Location: \(canary.url)"]))
        #expect(try client.send(OutboundRequest(posting: [], to: receiver.url)).status == status)
        #expect(canary.connectionCount == 0)
    }

    @Test func `A long answer is cut at the limit, its status known`() throws {
        let receiver = try HTTPReceiver(.status(200, body: String(repeating: "x", count: 1_000_000)))
        let client = OutboundClient(policy: .any, maxResponseBytes: ByteCount(1000))
        let answer = try client.send(OutboundRequest(posting: [], to: receiver.url))
        #expect(answer.status == 200)
        #expect(answer.body == [UInt8](repeating: UInt8(ascii: "x"), count: 1000))
    }

    @Test(arguments: [HTTPReply.silence, .drip])
    func `An answer that does not end in time is a timeout`(reply: HTTPReply) throws {
        let receiver = try HTTPReceiver(reply)
        let error = #expect(throws: OutboundError.self) {
            try client.send(
                OutboundRequest(posting: [], to: receiver.url, timeout: .milliseconds(300)))
        }
        #expect(error?.isTimeout == true)
        #expect(receiver.connectionCount == 1)
    }

    @Test func `A refused or dropped connection is an error, and no timeout`() throws {
        let closed = try { try HTTPReceiver().url }()
        let dropping = try HTTPReceiver(.hangUp)
        for url in [closed, dropping.url] {
            let error = #expect(throws: OutboundError.self) {
                try client.send(OutboundRequest(posting: [], to: url))
            }
            #expect(error?.isTimeout == false)
            #expect(error?.isAddressRefused == false)
        }
    }

    @Test(arguments: [
        "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://user:secret@127.0.0.1/",
        "http://user@127.0.0.1/", "http://127.0.0.1\\@example.com/", "127.0.0.1", "", "http://", "http:///x",
        "http://example.com/a b", "http://example.com/\r\nX: y", "https://exämple.com/", "dict://127.0.0.1/",
    ])
    func `A URL that is no plain http or https one is refused, and not repeated`(url: String) throws {
        let error = #expect(throws: OutboundError.self) { try OutboundRequest(posting: [], to: url) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: [
        ("X-Test", "a\r\nX-Other: b"), ("X-Test", "a\u{0}b"), ("X-Test", "a\n"), ("X-Test", ""), ("", "a"),
        ("X Test", "a"), ("X-Test:", "a"), ("X\r\n", "a"),
    ])
    func `A header that would break its line is refused`(name: String, value: String) {
        #expect(throws: OutboundError.self) {
            try OutboundRequest(posting: [], to: "http://example.com/", headers: [(name, value)])
        }
    }

    @Test func `A proxy of the environment is not asked`() throws {
        let proxy = try HTTPReceiver()
        let receiver = try HTTPReceiver()
        setenv("http_proxy", proxy.url, 1)
        #expect(try client.send(OutboundRequest(posting: [], to: receiver.url)).status == 200)
        #expect(proxy.connectionCount == 0)
        #expect(receiver.received.count == 1)
    }

    @Test func `Sixteen threads share a client`() throws {
        let receiver = try HTTPReceiver { request, _ in .status(200, body: request.text) }
        let client = client
        let url = receiver.url
        let counter = Counter()
        let threads = try (0..<16).map { number in
            try System.Thread(name: "client") {
                for round in 0..<10 {
                    let body = Array("\(number)-\(round)".utf8)
                    // Counted only if right, so an error shows in the sum.
                    let answer = try? client.send(OutboundRequest(posting: body, to: url))
                    if answer?.body == body { counter.add() }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(counter.value == 160)
    }

    @Test func `A request in flight ends soon after the stop`() throws {
        let receiver = try HTTPReceiver(.silence)
        let stop = try StopSignal()
        let client = OutboundClient(policy: .any, stop: stop, stopGrace: .zero)
        let stopper = try System.Thread(name: "stopper") {
            _ = receiver.waitForRequests(1)
            stop.raise()
        }
        let start = SystemClock.system.monotonicNanoseconds()
        let error = #expect(throws: OutboundError.self) {
            try client.send(OutboundRequest(posting: [], to: receiver.url, timeout: .seconds(30)))
        }
        stopper.join()
        #expect(error?.isStopped == true)
        #expect(SystemClock.system.monotonicNanoseconds() - start < 5_000_000_000)
    }
}
