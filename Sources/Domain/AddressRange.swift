/// All addresses of one family that begin with the same bits, as in `10.0.0.0/8`.
package struct AddressRange: Equatable, Sendable {
    private let prefix: [UInt8]
    package let bits: Int

    /// `prefix` may leave out bytes that are not part of the `bits`.
    package init(_ prefix: [UInt8], _ bits: Int) {
        self.prefix = prefix
        self.bits = bits
    }

    /// An address alone, or `address/bits` (RFC 4632 §3.1); nil where `text` is neither.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
        let all = address.bytes.count * 8
        guard parts.count == 2 else {
            self.init(address.bytes, all)
            return
        }
        guard let bits = Int(parts[1]), parts[1].utf8.first != UInt8(ascii: "+"), (0...all).contains(bits)
        else {
            return nil
        }
        self.init(address.bytes, bits)
    }

    /// `bytes` must be of the range's own family.
    package func contains(_ bytes: [UInt8]) -> Bool {
        let whole = bits / 8
        guard bytes.prefix(whole).elementsEqual(prefix.prefix(whole)) else { return false }
        let rest = bits % 8
        return rest == 0 || (bytes[whole] ^ prefix[whole]) >> UInt8(8 - rest) == 0
    }

    /// Whether `address` lies in it; one of the other family never does.
    package func contains(_ address: IPAddress) -> Bool {
        address.bytes.count == prefix.count && contains(address.bytes)
    }
}
