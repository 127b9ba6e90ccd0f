import CLinux
import Glibc

/// Two sockets that are joined (socketpair(2)); those that nobody took are closed with it. Unlike a pipe's, a reader that
/// is gone can be an error of send(2) and no signal.
struct SocketPair: ~Copyable {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .last("socketpair") }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        for end in [reading, writing] where end >= 0 { close(end) }
    }

    /// The reading end, the caller's from now on.
    mutating func takeReading() -> Int32 {
        defer { reading = -1 }
        return reading
    }

    /// The writing end, the caller's from now on.
    mutating func takeWriting() -> Int32 {
        defer { writing = -1 }
        return writing
    }
}
