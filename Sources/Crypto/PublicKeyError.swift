/// Why numbers are no public key that is taken here.
package enum PublicKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// RFC 7518 §3.3 asks for 2048 bits; above 8192 one verification is slow enough to be an attack.
    case modulusSize(bits: Int)
    /// Even, below 3 or longer than four bytes.
    case exponent
    /// Not 32 bytes, as RFC 7518 §6.2.1.2 asks.
    case coordinateSize
    /// libcrypto made no key of them: a point off its curve, for one.
    case refused

    package var description: String {
        switch self {
        case .modulusSize(let bits): "an RSA key of \(bits) bits instead of 2048 to 8192"
        case .exponent: "an RSA exponent that is even, below 3 or above 32 bits"
        case .coordinateSize: "a P-256 coordinate that is not 32 bytes"
        case .refused: "no such key exists"
        }
    }
}
