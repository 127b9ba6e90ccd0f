import CCurl

/// One libcurl easy handle and its connections.
///
/// `@unchecked Sendable`, and why that holds: a handle may be used by any thread but by one at a time
/// (libcurl-thread(3)), and its only owner, `OutboundClient`, takes it out of its list for the time of a
/// request.
final class EasyHandle: @unchecked Sendable {
    /// curl.h: CURL_ERROR_SIZE.
    private static let messageSize = Int(CURL_ERROR_SIZE)

    /// Once per process, before the first handle (curl_global_init(3)).
    private static let library = CurlCode(curl_global_init(focust_curl_global_default))

    private let rules: TransferRules
    private let handle: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>

    init(_ rules: TransferRules) throws(OutboundError) {
        guard Self.library == .ok else { throw OutboundError(Self.library, operation: "global_init") }
        guard let handle = curl_easy_init() else { throw OutboundError(.failedInit, operation: "init") }
        self.rules = rules
        self.handle = handle
        message = .allocate(capacity: Self.messageSize)
    }

    deinit {
        curl_easy_cleanup(handle)
        message.deallocate()
    }

    /// Sends one request; the options of the one before are forgotten, its connection is not.
    func perform(_ request: OutboundRequest) throws(OutboundError) -> OutboundResponse {
        let transfer = Transfer(rules)
        let headers = try HeaderList(request.headers)
        curl_easy_reset(handle)
        message.initialize(repeating: 0, count: Self.messageSize)
        let options = EasyOptions(handle: handle)
        try options.forbid(certificateFile: rules.certificateFile)
        try options.describe(request, headers: headers)
        try options.report(to: transfer, message: message)
        // libcurl holds bare pointers to both while it performs.
        let code = withExtendedLifetime(transfer) {
            withExtendedLifetime(headers) { CurlCode(curl_easy_perform(handle)) }
        }
        guard code == .ok || code == .writeError && transfer.isCut else {
            throw error(code, refusedAddress: transfer.refusedAddress)
        }
        return OutboundResponse(
            status: number(CURLINFO_RESPONSE_CODE), body: transfer.body, retryAfter: retryAfter)
    }

    private func error(_ code: CurlCode, refusedAddress: Bool) -> OutboundError {
        OutboundError(
            code, operation: "perform", detail: String(cString: message),
            isAddressRefused: refusedAddress && code == .couldNotConnect)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        focust_curl_get_number(handle, info, &value)
        return value
    }

    private var retryAfter: Int? {
        var seconds: curl_off_t = 0
        focust_curl_get_size(handle, CURLINFO_RETRY_AFTER, &seconds)
        return seconds > 0 ? Int(seconds) : nil
    }
}
