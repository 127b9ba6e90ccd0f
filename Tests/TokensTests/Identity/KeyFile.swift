import Crypto
import Foundation
import Synchronization
import System
import Tokens

/// A JWKS file of one test, its verifier, a clock that goes as the test says, and what was reported.
final class KeyFile: Sendable {
    private let directory: URL
    private let nanoseconds = Mutex<UInt64>(0)
    private let reported = Mutex<[String]>([])

    init(_ text: String?) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("focust-jwks-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        if let text { try replace(with: text) }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var url: URL { directory.appendingPathComponent("jwks.json") }
    var reports: [String] { reported.withLock { $0 } }

    func verifier(secret: String? = IdentityProvider.secret) -> IdentityVerifier {
        let clock = SystemClock(
            now: SystemClock.system.now,
            monotonicNanoseconds: { [weak self] in self?.nanoseconds.withLock { $0 } ?? 0 })
        return IdentityVerifier(
            secret: secret.map { Secret($0) }, jwksPath: url.path, clock: clock,
            report: { [weak self] line in self?.reported.withLock { $0.append(line) } })
    }

    /// By a rename, as tools that rotate keys do.
    func replace(with text: String) throws {
        try Data(text.utf8).write(to: url, options: .atomic)
    }

    func remove() throws { try FileManager.default.removeItem(at: url) }

    func advance(milliseconds: UInt64) {
        nanoseconds.withLock { $0 += milliseconds * 1_000_000 }
    }
}
