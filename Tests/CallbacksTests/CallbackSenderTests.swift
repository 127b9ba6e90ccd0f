import Crypto
import Database
import Domain
import Foundation
import HTTPReceiver
import TestOutbox
import Testing

@testable import Callbacks

@Suite struct CallbackSenderTests {
    private let outbox: Outbox

    init() throws {
        outbox = try Outbox()
    }

    @Test func `A callback is delivered once`() throws {
        let receiver = try HTTPReceiver(.status(204))
        let task = try outbox.finish(to: receiver.url)
        let sender = try outbox.sender()
        #expect(sender.sendNext())
        #expect(!sender.sendNext())
        outbox.time.advance(seconds: 100_000)
        #expect(!sender.sendNext())
        #expect(receiver.received.count == 1)
        let stored = try #require(try outbox.callback(of: task))
        #expect(stored.status == .delivered && stored.lastStatus == 204 && stored.lastError == nil)
        #expect(receiver.received.first?.body == stored.body)
        #expect(receiver.received.first?.headers["webhook-id"] == stored.id)
    }

    @Test func `A job without a URL sends nothing`() throws {
        let task = try outbox.finish(to: nil)
        #expect(try !outbox.sender().sendNext())
        #expect(try outbox.callback(of: task) == nil)
    }

    @Test func `After a server error it is sent again, later, under the same id and freshly signed`() throws {
        let receiver = try HTTPReceiver { _, index in .status(index == 0 ? 500 : 200) }
        let task = try outbox.finish(to: receiver.url)
        let sender = try outbox.sender()
        #expect(sender.sendNext())
        #expect(!sender.sendNext())
        let failed = try #require(try outbox.callback(of: task))
        #expect(failed.status == .pending && failed.lastStatus == 500 && failed.lastError == "HTTP 500")
        outbox.time.advance(seconds: 3)
        #expect(!sender.sendNext())
        outbox.time.advance(seconds: 3)
        #expect(sender.sendNext())
        let headers = receiver.received.map(\.headers)
        try #require(headers.count == 2)
        #expect(headers[0]["webhook-id"] == headers[1]["webhook-id"])
        #expect(headers[0]["webhook-timestamp"] == "1700000000")
        #expect(headers[1]["webhook-timestamp"] == "1700000006")
        #expect(headers[0]["webhook-signature"] != headers[1]["webhook-signature"])
        #expect(receiver.received[0].body == receiver.received[1].body)
        #expect(try outbox.callback(of: task)?.status == .delivered)
    }

    @Test func `A receiver that is down gets it when it is back`() throws {
        let port = try { try HTTPReceiver().port }()
        let task = try outbox.finish(to: "http://127.0.0.1:\(port)/hook")
        let sender = try outbox.sender()
        #expect(sender.sendNext())
        let failed = try #require(try outbox.callback(of: task))
        #expect(failed.status == .pending && failed.lastStatus == nil)
        #expect(failed.lastError == "Couldn't connect to server")
        let receiver = try HTTPReceiver(port: port)
        try outbox.wait(for: task)
        #expect(sender.sendNext())
        #expect(receiver.received.count == 1)
        #expect(try outbox.callback(of: task)?.status == .delivered)
    }

    @Test(arguments: ["a secret of tests", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    func `The signature is what openssl computes`(secret: String) throws {
        outbox.secret = Secret(secret)
        let receiver = try HTTPReceiver()
        try outbox.finish(to: receiver.url)
        #expect(try outbox.sender().sendNext())
        let request = try #require(receiver.received.first)
        let id = try #require(request.headers["webhook-id"])
        let second = try #require(request.headers["webhook-timestamp"])
        let key =
            secret.hasPrefix("whsec_")
            ? try #require(Data(base64Encoded: String(secret.dropFirst(6)))) : Data(secret.utf8)
        let expected = try OpenSSL.hmacSHA256(
            Data("\(id).\(second).".utf8) + Data(request.body), key: key)
        #expect(request.headers["webhook-signature"] == "v1,\(expected.base64EncodedString())")
    }

    @Test func `The bearer goes to the origins of the settings alone, and no signature without a secret`()
        throws
    {
        let receiver = try HTTPReceiver()
        let own = try #require(Origin(of: receiver.url))
        let others = try [
            "https://127.0.0.1:\(receiver.port)", "http://127.0.0.1", "http://localhost:\(receiver.port)",
        ].map { try #require(Origin(of: $0)) }
        try outbox.finish("t/c/m/1", to: receiver.url)
        #expect(try outbox.sender().sendNext())
        outbox.bearer = Secret("a bearer of tests")
        outbox.secret = nil
        outbox.bearerOrigins = Set(others)
        try outbox.finish("t/c/m/2", to: receiver.url)
        #expect(try outbox.sender().sendNext())
        outbox.bearerOrigins = [own]
        try outbox.finish("t/c/m/3", to: receiver.url)
        #expect(try outbox.sender().sendNext())
        let headers = receiver.received.map(\.headers)
        try #require(headers.count == 3)
        #expect(headers[0]["authorization"] == nil && headers[0]["webhook-signature"] != nil)
        #expect(headers[1]["authorization"] == nil && headers[1]["webhook-signature"] == nil)
        #expect(headers[2]["authorization"] == "Bearer a bearer of tests")
        #expect(headers[2]["webhook-id"] != nil)
    }

    @Test func `A redirect is a failure, and nobody is asked at its end`() throws {
        let canary = try HTTPReceiver()
        let receiver = try HTTPReceiver(.status(307, headers: ["Location: \(canary.url)"]))
        let task = try outbox.finish(to: receiver.url)
        #expect(try outbox.sender().sendNext())
        #expect(canary.connectionCount == 0)
        let stored = try outbox.callback(of: task)
        #expect(stored?.status == .pending && stored?.lastStatus == 307)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
    func `A private address is not called unless that is allowed`(host: String) throws {
        let receiver = try HTTPReceiver()
        let task = try outbox.finish(to: "http://\(host):\(receiver.port)/hook")
        outbox.allowPrivate = false
        #expect(try outbox.sender().sendNext())
        #expect(receiver.connectionCount == 0)
        let stored = try outbox.callback(of: task)
        #expect(stored?.status == .pending && stored?.lastError?.contains("not a public one") == true)
        outbox.allowPrivate = true
        try outbox.wait(for: task)
        #expect(try outbox.sender().sendNext())
        #expect(receiver.received.count == 1)
    }

    @Test func `Gone is final`() throws {
        let receiver = try HTTPReceiver(.status(410))
        let task = try outbox.finish(to: receiver.url)
        #expect(try outbox.sender().sendNext())
        #expect(try outbox.callback(of: task)?.status == .abandoned)
        outbox.time.advance(seconds: 90_000)
        #expect(try !outbox.sender().sendNext())
    }

    @Test func `After a day of failures it is given up, and one attempt was made at the day's end`() throws {
        let receiver = try HTTPReceiver(.status(503))
        let task = try outbox.finish(to: receiver.url)
        let start = outbox.time.now
        let sender = try outbox.sender()
        var attempts = 0
        while try outbox.callback(of: task)?.status == .pending, attempts < 100 {
            try outbox.wait(for: task)
            #expect(sender.sendNext())
            attempts += 1
        }
        #expect(try outbox.callback(of: task)?.status == .abandoned)
        #expect(outbox.time.now == start.adding(seconds: 86_400))
        #expect((10...20).contains(attempts) && receiver.received.count == attempts)
        #expect(Set(receiver.received.map { $0.headers["webhook-id"] }).count == 1)
    }
}
