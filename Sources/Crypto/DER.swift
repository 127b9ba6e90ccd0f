/// The few forms of the Distinguished Encoding Rules (X.690) that a public key and an ECDSA signature need.
enum DER {
    /// An INTEGER that is not negative, from its big-endian bytes (X.690 §8.3): no zero byte in front unless
    /// the first bit would make it negative.
    static func integer(_ magnitude: some Collection<UInt8>) -> [UInt8] {
        let digits = magnitude.drop { $0 == 0 }
        let isSafe = digits.first.map { $0 < 0x80 } ?? false
        return element(0x02, (isSafe ? [] : [0]) + digits)
    }

    /// A SEQUENCE of elements that are encoded already (X.690 §8.9).
    static func sequence(_ elements: [UInt8]...) -> [UInt8] {
        element(0x30, elements.flatMap(\.self))
    }

    /// A BIT STRING of whole bytes (X.690 §8.6).
    static func bitString(_ bytes: [UInt8]) -> [UInt8] {
        element(0x03, [0] + bytes)
    }

    /// The definite form of the length, as short as it can be (X.690 §8.1.3, §10.1).
    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: content.count >> (56 - 8 * $0)) }
        let digits = bytes.drop { $0 == 0 }
        return [tag, 0x80 | UInt8(digits.count)] + digits + content
    }
}
