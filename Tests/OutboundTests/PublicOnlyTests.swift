import HTTPReceiver
import Testing

@testable import Outbound

/// The policy at work, judged by a listening socket that must stay untouched.
@Suite struct PublicOnlyTests {
    @Test(arguments: [
        "127.0.0.1", "localhost", "localhost.", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1",
        "127.0.1", "0", "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]",
        "127.0.0.1.",
    ])
    func `A spelling of the loopback leads nowhere`(host: String) throws {
        let canary = try HTTPReceiver()
        let request = try OutboundRequest(posting: [], to: "http://\(host):\(canary.port)/")
        #expect(throws: OutboundError.self) { try OutboundClient(policy: .publicOnly).send(request) }
        #expect(canary.connectionCount == 0)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"])
    func `The same spelling arrives where any address is allowed`(host: String) throws {
        let receiver = try HTTPReceiver()
        let request = try OutboundRequest(posting: [], to: "http://\(host):\(receiver.port)/")
        #expect(try OutboundClient(policy: .any).send(request).status == 200)
        #expect(receiver.connectionCount == 1)
    }

    @Test func `The error says that the address was refused, and is no timeout`() throws {
        let canary = try HTTPReceiver()
        let error = #expect(throws: OutboundError.self) {
            try OutboundClient(policy: .publicOnly).send(OutboundRequest(posting: [], to: canary.url))
        }
        #expect(error?.isAddressRefused == true)
        #expect(error?.isTimeout == false)
    }
}
