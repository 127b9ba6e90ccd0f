/// A refusal of libcrypto's while it encrypted or decrypted a segment. Says which call, never which bytes.
package struct AES128CBCError: Error, Equatable, Sendable {
    /// The EVP function that refused.
    package let operation: String
}
