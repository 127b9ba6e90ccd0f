import CLibCrypto

/// One run of AES-128-CBC with PKCS#7 padding over a whole segment, in pieces (RFC 8216 §4.3.2.4, `AES-128`).
///
/// Not `Sendable`: the context belongs to the thread that writes or reads the segment.
package final class AES128CBC {
    /// AES's block, and with it the most that padding adds.
    package static let blockSize = 16

    /// Which way the bytes go.
    package enum Direction: Sendable {
        case encrypt
        case decrypt
    }

    private let context: OpaquePointer

    /// Starts a run. `iv` is sixteen bytes.
    package init(_ direction: Direction, key: ContentKey, iv: [UInt8]) throws(AES128CBCError) {
        guard iv.count == Self.blockSize else { throw AES128CBCError(operation: "initialisation vector") }
        guard let context = EVP_CIPHER_CTX_new() else {
            throw AES128CBCError(operation: "EVP_CIPHER_CTX_new")
        }
        let encrypts: Int32 = direction == .encrypt ? 1 : 0
        guard EVP_CipherInit_ex(context, EVP_aes_128_cbc(), nil, key.bytes, iv, encrypts) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw AES128CBCError(operation: "EVP_CipherInit_ex")
        }
        self.context = context
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// The initialisation vector of a segment whose playlist names none: its media sequence number, big-endian
    /// (RFC 8216 §5.2).
    package static func iv(sequenceNumber: Int) -> [UInt8] {
        let number = UInt64(sequenceNumber)
        return [UInt8](repeating: 0, count: 8)
            + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }

    /// Turns `input` into as many whole blocks as are complete; returns the bytes written.
    ///
    /// `output` needs room for the input and one block more. Refuses a shorter one.
    package func update(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(AES128CBCError) -> Int {
        guard !input.isEmpty else { return 0 }
        var written: Int32 = 0
        guard output.count >= input.count + Self.blockSize, let count = Int32(exactly: input.count),
            EVP_CipherUpdate(
                context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &written,
                input.baseAddress?.assumingMemoryBound(to: UInt8.self), count) == 1
        else { throw AES128CBCError(operation: "EVP_CipherUpdate") }
        return Int(written)
    }

    /// The last block: padding added or, when decrypting, checked and removed. Returns the bytes written.
    ///
    /// Throws where the padding is wrong: another key, or a segment cut short.
    package func finish(into output: UnsafeMutableRawBufferPointer) throws(AES128CBCError) -> Int {
        var written: Int32 = 0
        guard output.count >= Self.blockSize,
            EVP_CipherFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), &written)
                == 1
        else { throw AES128CBCError(operation: "EVP_CipherFinal_ex") }
        return Int(written)
    }

    /// The rest of the run in one go: `input`, then the last block.
    package func finish(with input: [UInt8]) throws(AES128CBCError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: input.count + 2 * Self.blockSize)
        let written: Result<Int, AES128CBCError> = output.withUnsafeMutableBytes { output in
            input.withUnsafeBytes { input in
                Result { () throws(AES128CBCError) in
                    let count = try update(input, into: output)
                    return count
                        + (try finish(into: UnsafeMutableRawBufferPointer(rebasing: output[count...])))
                }
            }
        }
        output.removeLast(output.count - (try written.get()))
        return output
    }

    /// The rest of the run where it ends in whole blocks without padding: the start of a longer text.
    package func finishWithoutPadding(with input: [UInt8]) throws(AES128CBCError) -> [UInt8] {
        EVP_CIPHER_CTX_set_padding(context, 0)
        return try finish(with: input)
    }
}

/// A refusal of libcrypto's while it encrypted or decrypted a segment. Says which call, never which bytes.
package struct AES128CBCError: Error, Equatable, Sendable {
    /// The EVP function that refused.
    package let operation: String
}
