import Foundation
import Testing

@testable import Outbound

/// TLS, with `openssl s_server` on the other side.
@Suite struct CertificateTests {
    @Test func `A server whose certificate is trusted and names it is spoken to`() throws {
        let server = try TLSServer(subjectAltName: "IP:127.0.0.1")
        let answer = try client(trusting: server.certificate).send(
            OutboundRequest(posting: [], to: server.url))
        #expect(answer.status == 200)
    }

    @Test func `A certificate of nobody's is refused`() throws {
        let server = try TLSServer(subjectAltName: "IP:127.0.0.1")
        let error = #expect(throws: OutboundError.self) {
            try client(trusting: nil).send(OutboundRequest(posting: [], to: server.url))
        }
        // curl.h: CURLE_PEER_FAILED_VERIFICATION
        #expect(error?.code.rawValue == 60)
    }

    @Test func `A trusted certificate of another name is refused`() throws {
        let server = try TLSServer(subjectAltName: "DNS:video.example.com")
        let error = #expect(throws: OutboundError.self) {
            try client(trusting: server.certificate).send(OutboundRequest(posting: [], to: server.url))
        }
        #expect(error?.code.rawValue == 60)
    }

    private func client(trusting file: String?) -> OutboundClient {
        OutboundClient(
            TransferRules(
                policy: .any, maxBytes: 65536, stop: nil, stopGrace: .zero, certificateFile: file))
    }
}
