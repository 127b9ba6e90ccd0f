/// Hexadecimal digits.
package enum Hexadecimal {
    /// 0 to 15; nil where `byte` is no digit. Both cases are read.
    package static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The byte whose two digits stand in `bytes` at `index`; nil where there are no two digits.
    package static func byte(in bytes: ArraySlice<UInt8>, at index: Int) -> UInt8? {
        guard bytes.indices.contains(index), bytes.indices.contains(index + 1),
            let high = value(of: bytes[index]), let low = value(of: bytes[index + 1])
        else { return nil }
        return high << 4 | low
    }

    /// Two digits, in upper case as RFC 3986 §2.1 asks.
    package static func append(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(digit(byte >> 4))
        output.append(digit(byte & 15))
    }

    /// Two digits a byte, in lower case.
    package static func lowercase(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16) }
    }

    /// Whether `byte` is a digit as `lowercase` writes them.
    static func isLowercase(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
