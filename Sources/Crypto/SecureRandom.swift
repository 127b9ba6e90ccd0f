import CLibCrypto

/// Random numbers from OpenSSL's generator, seeded by the kernel: keys, token ids, task ids.
package struct SecureRandom: RandomNumberGenerator, Sendable {
    package init() {}

    package func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { Self.fill($0) }
        return value
    }

    /// For what takes 128 random bits.
    package static func pair() -> (UInt64, UInt64) {
        let random = SecureRandom()
        return (random.next(), random.next())
    }

    /// `count` random bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    /// openssl/rand.h: RAND_bytes answers 1, or the generator could not be seeded: then nothing this process
    /// signs or encrypts could be trusted, and stopping is the only safe answer.
    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let address = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        precondition(RAND_bytes(address, Int32(buffer.count)) == 1, "no randomness from the system")
    }
}
