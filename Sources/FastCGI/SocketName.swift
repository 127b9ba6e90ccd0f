import Glibc

/// What a listening socket is bound to, of what this server listens to.
enum SocketName: Equatable {
    case path(String)
    /// A TCP port that this machine alone reaches.
    case loopback

    /// Nil where others than this machine might connect.
    init?(of descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        let family = Int32(storage.ss_family)
        let name = withUnsafeBytes(of: storage) { Self.parse($0, family: family) }
        guard let name else { return nil }
        self = name
    }

    var path: String? {
        switch self {
        case .path(let path): path
        case .loopback: nil
        }
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, family: Int32) -> SocketName? {
        switch family {
        case AF_UNIX:
            let path = bytes.dropFirst(MemoryLayout<sa_family_t>.size).prefix { $0 != 0 }
            return .path(String(decoding: path, as: UTF8.self))
        case AF_INET:
            let address = UInt32(bigEndian: bytes.load(as: sockaddr_in.self).sin_addr.s_addr)
            return address >> 24 == 127 ? .loopback : nil
        case AF_INET6:
            let address = withUnsafeBytes(of: bytes.load(as: sockaddr_in6.self).sin6_addr) { Array($0) }
            return address == [UInt8](repeating: 0, count: 15) + [1] ? .loopback : nil
        default: return nil
        }
    }
}
