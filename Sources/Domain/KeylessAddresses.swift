/// The addresses from which service calls need no API key (`FOCUST_KEYLESS_ADDRESSES`).
package struct KeylessAddresses: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) {
        self.ranges = ranges
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// Whether `text`, as nginx writes `$remote_addr`, is one of them. What is no address, such as `unix:`, never is.
    package func contains(_ text: String) -> Bool {
        guard !ranges.isEmpty, let address = IPAddress(text) else { return false }
        return ranges.contains { $0.contains(address) || $0.contains(address.unmapped) }
    }
}
