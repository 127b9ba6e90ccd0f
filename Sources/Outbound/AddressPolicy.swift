import Domain

/// Which addresses a request may connect to. It judges the address itself, never a name or a spelling.
package enum AddressPolicy: Sendable {
    /// For URLs that the sysadmin wrote.
    case any
    /// For URLs that somebody else wrote: nothing of this machine or of the network around it.
    case publicOnly

    /// Whether a connection to `address` may be made; nil stands for one that is neither IPv4 nor IPv6.
    package func allows(_ address: IPAddress?) -> Bool {
        switch self {
        case .any: true
        case .publicOnly: address.map { Self.isPublic($0.bytes) } ?? false
        }
    }

    private static func isPublic(_ bytes: [UInt8]) -> Bool {
        if bytes.count == 4 { return !refusedIPv4.contains { $0.contains(bytes) } }
        // An IPv4 address in IPv6 clothes is judged by what it is.
        if let carrier = carriersOfIPv4.first(where: { $0.range.contains(bytes) }) {
            return isPublic(Array(bytes[carrier.offset..<carrier.offset + 4]))
        }
        // IPv6 lists what is public, for most of it is not assigned (IANA, IPv6 Global Unicast Allocations).
        return globalUnicast.contains(bytes) && !refusedIPv6.contains { $0.contains(bytes) }
    }

    /// IANA, IPv4 Special-Purpose Address Registry (RFC 6890) and multicast (RFC 5771).
    private static let refusedIPv4 = [
        AddressRange([0], 8),  // "this network", unspecified
        AddressRange([10], 8),  // private
        AddressRange([100, 64], 10),  // shared, carriers' NAT (RFC 6598)
        AddressRange([127], 8),  // loopback
        AddressRange([169, 254], 16),  // link-local; clouds' metadata services
        AddressRange([172, 16], 12),  // private
        AddressRange([192, 0, 0], 24),  // protocol assignments
        AddressRange([192, 0, 2], 24),  // documentation
        AddressRange([192, 88, 99], 24),  // 6to4 relays, withdrawn (RFC 7526)
        AddressRange([192, 168], 16),  // private
        AddressRange([198, 18], 15),  // benchmarking
        AddressRange([198, 51, 100], 24),  // documentation
        AddressRange([203, 0, 113], 24),  // documentation
        AddressRange([224], 4),  // multicast
        AddressRange([240], 4),  // reserved, broadcast
    ]

    private static let globalUnicast = AddressRange([0x20], 3)

    /// The parts of 2000::/3 that are not public (IANA, IPv6 Special-Purpose Address Registry).
    private static let refusedIPv6 = [
        AddressRange([0x20, 0x01, 0x00], 23),  // protocol assignments; Teredo
        AddressRange([0x20, 0x01, 0x0D, 0xB8], 32),  // documentation
        AddressRange([0x3F, 0xFF, 0x00], 20),  // documentation (RFC 9637)
    ]

    /// Ranges that hold an IPv4 address, and at which byte.
    private static let carriersOfIPv4: [(range: AddressRange, offset: Int)] = [
        // ::ffff:a.b.c.d, which the kernel connects by IPv4 (RFC 4291 §2.5.5.2)
        (AddressRange([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96), 12),
        // 64:ff9b::a.b.c.d, NAT64 (RFC 6052 §2.1)
        (AddressRange([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], 96), 12),
        // 2002:aabb:ccdd::, 6to4 (RFC 3056 §2)
        (AddressRange([0x20, 0x02], 16), 2),
    ]
}
