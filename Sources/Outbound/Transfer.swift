import CCurl
import Domain
import Glibc
import System

/// One request while libcurl works on it: what its callbacks ask, and what they collect.
///
/// Lives on the one thread that performs the request; libcurl calls back on the same one (libcurl-thread(3)).
final class Transfer {
    private let rules: TransferRules
    private(set) var body: [UInt8] = []
    /// The answer was longer than is read, and libcurl was told to stop.
    private(set) var isCut = false
    private(set) var refusedAddress = false
    private var stopSeen: UInt64?

    init(_ rules: TransferRules) {
        self.rules = rules
    }

    /// Answers the number of bytes taken; fewer than given make libcurl end the transfer
    /// (CURLOPT_WRITEFUNCTION).
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        let taken = bytes.prefix(rules.maxBytes - body.count)
        body.append(contentsOf: taken)
        isCut = taken.count < bytes.count
        return taken.count
    }

    /// Makes the socket for a connection to `address`, or refuses it (CURLOPT_OPENSOCKETFUNCTION).
    ///
    /// This is the place to judge: libcurl connects to this address and no other, so a name that is resolved
    /// twice, or an address in an odd spelling, gains nothing.
    func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        guard rules.policy.allows(Self.address(behind: address)) else {
            refusedAddress = true
            return CURL_SOCKET_BAD
        }
        let target = address.pointee
        return socket(target.family, target.socktype | Int32(SOCK_CLOEXEC.rawValue), target.protocol)
    }

    /// Whether the transfer should end now, because the process stops (CURLOPT_XFERINFOFUNCTION).
    func shouldAbort() -> Bool {
        guard let stop = rules.stop, stop.isRaised else { return false }
        let now = SystemClock.system.monotonicNanoseconds()
        let since = stopSeen ?? now
        stopSeen = since
        return .nanoseconds(Int64(now - since)) >= rules.stopGrace
    }

    /// curl.h: `addr` is declared as the short `struct sockaddr`, and is `addrlen` bytes long in truth; so it
    /// is read from behind the pointer, and not from a copy of the structure.
    private static func address(behind address: UnsafePointer<curl_sockaddr>) -> IPAddress? {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        return IPAddress(
            sockaddr: UnsafeRawBufferPointer(
                start: UnsafeRawPointer(address) + offset, count: Int(address.pointee.addrlen)))
    }
}

/// What holds for every request of a client.
struct TransferRules: Sendable {
    let policy: AddressPolicy
    let maxBytes: Int
    let stop: StopSignal?
    let stopGrace: Duration
    /// PEM file of the certificates to trust instead of the system's; nil in the running server.
    let certificateFile: String?
}
