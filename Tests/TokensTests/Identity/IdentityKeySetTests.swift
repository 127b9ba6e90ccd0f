import Foundation
import Synchronization
import Testing
import Tokens

private typealias Provider = IdentityProvider

@Suite struct IdentityKeySetTests {
    private let provider: IdentityProvider

    init() throws {
        provider = try IdentityProvider.shared.get()
    }

    private func accepts(_ token: String, _ verifier: IdentityVerifier) -> Bool {
        (try? verifier.subject(of: token, for: .any, now: Provider.now)) == "learner-1"
    }

    // MARK: Which keys count

    static let members: [([(String, String)], Bool)] = [
        ([], true), ([("kid", "k")], true), ([("use", "sig"), ("alg", "RS256")], true),
        ([("use", "enc")], false),
        ([("alg", "RS512")], false), ([("alg", "PS256")], false), ([("alg", "ES256")], false),
        ([("alg", "HS256")], false), ([("use", "")], false), ([("key_ops", "verify")], false),
    ]

    @Test(arguments: members.indices)
    func `A key counts if it is for verifying RS256`(index: Int) throws {
        let (members, counts) = Self.members[index]
        let file = try KeyFile(Provider.set(try provider.rsa.jwk(members)))
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        #expect(accepts(token, file.verifier()) == counts)
        #expect(file.reports.count == (counts ? 0 : 1))
    }

    @Test func `The operations of a key are heeded`() throws {
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        for (operations, counts) in [("[\"verify\"]", true), ("[\"encrypt\"]", false), ("[]", false)] {
            let key = try provider.rsa.jwk([]).replacing("{", with: "{\"key_ops\":\(operations),")
            #expect(accepts(token, try KeyFile(Provider.set(key)).verifier()) == counts)
        }
    }

    @Test func `Weak keys, other curves and secrets in the file verify nothing`() throws {
        let weak = try OpenSSLKey(.rsa(bits: 1024))
        let other = try OpenSSLKey(.ec(curve: "P-384"))
        let secret = #"{"kty":"oct","kid":"o","alg":"HS256","k":"\#(encode(Array(Provider.secret.utf8)))"}"#
        let lying = try other.jwk([("kid", "l")]).replacing("P-384", with: "P-256")
        let file = try KeyFile(
            Provider.set(
                try weak.jwk([("kid", "w")]), try other.jwk([("kid", "p")]), lying, secret, "1", "{}",
                try provider.rsa.jwk([("kid", "r1")])))
        let verifier = file.verifier(secret: nil)
        let refused = [
            try Provider.token(#"{"alg":"RS256","kid":"w"}"#, signedBy: weak),
            try Provider.token(#"{"alg":"ES256","kid":"p"}"#, signedBy: other),
            try Provider.token(#"{"alg":"ES256"}"#, signedBy: other),
            try Provider.token(#"{"alg":"ES256","kid":"l"}"#, signedBy: other),
            try Provider.token(#"{"alg":"HS256","kid":"o"}"#, secret: Array(Provider.secret.utf8)),
        ]
        for token in refused { #expect(!accepts(token, verifier)) }
        #expect(accepts(try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa), verifier))
    }

    @Test func `A token that names no key is tried against all of its kind`() throws {
        let file = try KeyFile(
            Provider.set(
                try provider.stranger.jwk([("kid", "a")]), try provider.ec.jwk([("kid", "b")]),
                try provider.rsa.jwk([("kid", "c")])))
        let verifier = file.verifier()
        #expect(accepts(try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa), verifier))
        #expect(!accepts(try Provider.token(#"{"alg":"RS256","kid":"a"}"#, signedBy: provider.rsa), verifier))
        #expect(!accepts(try Provider.token(#"{"alg":"ES256"}"#, signedBy: provider.strangerEC), verifier))
    }

    @Test func `A token that names a key does not get one without a name`() throws {
        let verifier = try KeyFile(Provider.set(try provider.rsa.jwk([]))).verifier()
        #expect(accepts(try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa), verifier))
        #expect(!accepts(try Provider.token(#"{"alg":"RS256","kid":"k"}"#, signedBy: provider.rsa), verifier))
    }

    @Test(arguments: [
        "", "not JSON", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#, #"{"keys":[1]}"#,
        #"{"keys":["#,
        #"{"keys":[\#(Array(repeating: "{}", count: 33).joined(separator: ","))]}"#,
        #"{"keys":[],"x":"\#(String(repeating: "a", count: 256 << 10))"}"#,
    ])
    func `A file that is no key set is reported and admits nobody`(text: String) throws {
        let file = try KeyFile(text)
        let verifier = file.verifier()
        #expect(!accepts(try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa), verifier))
        #expect(file.reports.count == 1 && file.reports.allSatisfy { $0.contains(file.url.path) })
    }

    @Test func `A directory or a FIFO in its place holds nobody up`() throws {
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        let directory = try KeyFile(nil)
        try FileManager.default.createDirectory(at: directory.url, withIntermediateDirectories: false)
        #expect(!accepts(token, directory.verifier()) && directory.reports.count == 1)
        let fifo = try KeyFile(nil)
        #expect(mkfifo(fifo.url.path, 0o600) == 0)
        #expect(!accepts(token, fifo.verifier()) && fifo.reports.count == 1)
    }

    // MARK: How the file is followed

    @Test func `A key that leaves the file is refused without a restart, a second later at most`() throws {
        let file = try KeyFile(try provider.keySet())
        let verifier = file.verifier()
        let token = try Provider.token(#"{"alg":"RS256","kid":"r1"}"#, signedBy: provider.rsa)
        let other = try Provider.token(#"{"alg":"ES256"}"#, signedBy: provider.ec)
        #expect(accepts(token, verifier))
        try file.replace(with: Provider.set(try provider.ec.jwk([("kid", "e1")])))
        file.advance(milliseconds: 999)
        #expect(accepts(token, verifier))
        file.advance(milliseconds: 1)
        #expect(!accepts(token, verifier))
        #expect(accepts(other, verifier))
        try file.replace(with: Provider.set())
        file.advance(milliseconds: 1000)
        #expect(!accepts(other, verifier))
        #expect(file.reports.isEmpty)
    }

    @Test func `A key that joins the file is taken without a restart`() throws {
        let file = try KeyFile(nil)
        let verifier = file.verifier()
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        #expect(!accepts(token, verifier))
        #expect(file.reports.count == 1)
        try file.replace(with: try provider.keySet())
        file.advance(milliseconds: 1000)
        #expect(accepts(token, verifier))
    }

    @Test(arguments: ["garbage", "", #"{"keys":[{"kty":"oct"}]}"#, nil])
    func `A broken or missing file leaves the old keys, and is reported once`(text: String?) throws {
        let file = try KeyFile(try provider.keySet())
        let verifier = file.verifier()
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        if let text { try file.replace(with: text) } else { try file.remove() }
        for _ in 0..<3 {
            file.advance(milliseconds: 1000)
            #expect(accepts(token, verifier))
        }
        #expect(file.reports.count == 1)
        try file.replace(with: Provider.set(try provider.ec.jwk([])))
        file.advance(milliseconds: 1000)
        #expect(!accepts(token, verifier))
        #expect(file.reports.count == 1)
    }

    @Test func `A file written in place is followed too`() throws {
        let file = try KeyFile(try provider.keySet())
        let verifier = file.verifier()
        let token = try Provider.token(#"{"alg":"RS256"}"#, signedBy: provider.rsa)
        #expect(accepts(token, verifier))
        try Data(Provider.set().utf8).write(to: file.url)
        file.advance(milliseconds: 1000)
        #expect(!accepts(token, verifier))
    }

    @Test func `Threads that verify while the file changes always have keys`() throws {
        let file = try KeyFile(try provider.keySet())
        let verifier = file.verifier()
        let token = try Provider.token(#"{"alg":"RS256","kid":"r1"}"#, signedBy: provider.rsa)
        let sets = [try provider.keySet(), Provider.set(try provider.rsa.jwk([("kid", "r1")]))]
        let accepted = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for round in 0..<100 {
                if thread == 0 {
                    try? file.replace(with: sets[round % 2])
                    file.advance(milliseconds: 1000)
                }
                if accepts(token, verifier) { accepted.withLock { $0 += 1 } }
            }
        }
        #expect(accepted.withLock { $0 } == 800)
        #expect(file.reports.isEmpty)
    }
}
