import Glibc

/// An IPv4 or IPv6 address: its 4 or 16 bytes in network order.
package struct IPAddress: Equatable, Sendable {
    package let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    package init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == 4 || self.bytes.count == 16 else { return nil }
    }

    /// The address in a `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)); nil for any other family, or a
    /// short one.
    init?(sockaddr bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<sa_family_t>.size else { return nil }
        switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard let offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) else { return nil }
            self.init(bytes.dropFirst(offset).prefix(4))
        case AF_INET6:
            guard let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) else { return nil }
            self.init(bytes.dropFirst(offset).prefix(16))
        default: return nil
        }
    }
}
