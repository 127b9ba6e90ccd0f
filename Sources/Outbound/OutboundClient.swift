import Domain
import Synchronization
import System

/// Sends requests to other servers over libcurl, from any number of threads at once; a call blocks its
/// thread.
///
/// http and https alone, certificates verified, no redirect followed, no proxy, no cookie, no `.netrc`;
/// nothing is taken from the environment. A connection is kept for the next request to the same server.
///
/// The process must ignore SIGPIPE (libcurl, CURLOPT_NOSIGNAL: OpenSSL may raise it).
package final class OutboundClient: Sendable {
    /// The most bytes of an answer that are read.
    package static let defaultMaxBytes = ByteCount(64 << 10)

    private let rules: TransferRules
    /// Handles that nobody uses at the moment: as many as there ever were requests at once.
    private let idle = Mutex<[EasyHandle]>([])

    /// - `policy`: the addresses it may connect to.
    /// - `stop`: ends a request in flight once it has been raised for `stopGrace`, with an error that
    ///   `isStopped`.
    package convenience init(
        policy: AddressPolicy, maxResponseBytes: ByteCount = OutboundClient.defaultMaxBytes,
        stop: StopSignal? = nil, stopGrace: Duration = .seconds(5)
    ) {
        self.init(
            TransferRules(
                policy: policy, maxBytes: maxResponseBytes.bytes, stop: stop, stopGrace: stopGrace,
                certificateFile: nil))
    }

    init(_ rules: TransferRules) {
        self.rules = rules
    }

    /// Sends `request` and waits for the answer, whatever its status. Throws where there was none.
    package func send(_ request: OutboundRequest) throws(OutboundError) -> OutboundResponse {
        let handle = try idleOrNew()
        defer { idle.withLock { $0.append(handle) } }
        return try handle.perform(request)
    }

    private func idleOrNew() throws(OutboundError) -> EasyHandle {
        if let handle = idle.withLock({ $0.popLast() }) { return handle }
        return try EasyHandle(rules)
    }
}
