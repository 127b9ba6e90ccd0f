import Domain
import Glibc

extension IPAddress {
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
