import CLibCrypto

/// HMAC-SHA-256 (RFC 2104) under one key whose padded blocks are hashed once, when the key is made.
///
/// A tag costs two copies of a 112-byte state and the hashing itself: no allocation, no lock, any thread.
package struct HMACSHA256: Sendable {
    /// Bytes of a tag.
    package static let tagLength = 32
    private static let blockLength = 64

    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    /// A key longer than a block is hashed first, as RFC 2104 §2 asks.
    package init(key: [UInt8]) {
        let short = key.count > Self.blockLength ? SHA256Digest.of(key) : key
        let block = short + [UInt8](repeating: 0, count: Self.blockLength - short.count)
        inner = Self.state(after: block.map { $0 ^ 0x36 })
        outer = Self.state(after: block.map { $0 ^ 0x5C })
    }

    /// The tag of `message`.
    package func tag(_ message: Span<UInt8>) -> InlineArray<32, UInt8> {
        var state = inner
        var digest = InlineArray<32, UInt8>(repeating: 0)
        message.withUnsafeBytes { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
        Self.finish(&state, into: &digest)
        state = outer
        digest.span.withUnsafeBytes { _ = SHA256_Update(&state, $0.baseAddress, $0.count) }
        Self.finish(&state, into: &digest)
        return digest
    }

    /// Whether `tag` is the tag of `message`, in a time that does not tell how much of it was right.
    package func isValid(_ tag: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        let expected = self.tag(message)
        return ConstantTime.equal(expected.span, tag)
    }

    private static func state(after block: [UInt8]) -> SHA256_CTX {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, block, block.count)
        return state
    }

    private static func finish(_ state: inout SHA256_CTX, into digest: inout InlineArray<32, UInt8>) {
        var span = digest.mutableSpan
        span.withUnsafeMutableBytes { bytes in
            _ = SHA256_Final(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), &state)
        }
    }
}
