/// All addresses that begin with the same bits, as in `10.0.0.0/8`.
struct AddressRange: Sendable {
    private let prefix: [UInt8]
    private let bits: Int

    /// `prefix` may leave out bytes that are not part of the `bits`.
    init(_ prefix: [UInt8], _ bits: Int) {
        self.prefix = prefix
        self.bits = bits
    }

    /// `bytes` must be of the range's own family.
    func contains(_ bytes: [UInt8]) -> Bool {
        let whole = bits / 8
        guard bytes.prefix(whole).elementsEqual(prefix.prefix(whole)) else { return false }
        let rest = bits % 8
        return rest == 0 || (bytes[whole] ^ prefix[whole]) >> UInt8(8 - rest) == 0
    }
}
