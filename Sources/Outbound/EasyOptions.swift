import CCurl

/// Sets the options of an easy handle (curl_easy_setopt(3)); every refusal of libcurl's is an error.
struct EasyOptions {
    let handle: UnsafeMutableRawPointer

    /// Everything that libcurl would do by itself and must not.
    func forbid(certificateFile: String?) throws(OutboundError) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        // An empty proxy also silences http_proxy and its like; a proxy would connect where we may not.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, focust_curl_netrc_ignored)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // Signals and threads do not mix.
        try set(CURLOPT_NOSIGNAL, 1)
        // A timeout must not wait for a name server that is silent: the resolving thread is left to end
        // alone.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, focust_curl_sslversion_tlsv1_2)
        if let certificateFile { try set(CURLOPT_CAINFO, certificateFile) }
    }

    func describe(_ request: OutboundRequest, headers: borrowing HeaderList) throws(OutboundError) {
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_POST, 1)
        try check(focust_curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
        // Copied by libcurl, so the array may move afterwards.
        try check(
            request.body.withUnsafeBytes {
                focust_curl_set_text(
                    handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
            })
        try check(focust_curl_set_list(handle, CURLOPT_HTTPHEADER, headers.first))
        try set(CURLOPT_USERAGENT, "focust-video")
        try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.timeout))
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
    }

    /// `transfer` and `message` must outlive the request.
    func report(
        to transfer: Transfer, message: UnsafeMutablePointer<CChar>
    ) throws(OutboundError) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        try check(focust_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message))
        try check(focust_curl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(focust_curl_on_write(handle, Self.write))
        try check(focust_curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context))
        try check(focust_curl_on_open(handle, Self.open))
        try check(focust_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context))
        try check(focust_curl_on_progress(handle, Self.progress))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    private static let write: curl_write_callback = { data, size, count, context in
        guard let context else { return 0 }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            .receive(UnsafeRawBufferPointer(start: data, count: size * count))
    }

    private static let open: curl_opensocket_callback = { context, _, address in
        guard let context, let address else { return CURL_SOCKET_BAD }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().open(address)
    }

    private static let progress: curl_xferinfo_callback = { context, _, _, _, _ in
        guard let context else { return 1 }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().shouldAbort() ? 1 : 0
    }

    /// At least 1: 0 would mean "no limit" (CURLOPT_TIMEOUT_MS).
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(OutboundError) {
        try check(focust_curl_set_number(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(OutboundError) {
        try check(focust_curl_set_text(handle, option, value))
    }

    private func check(_ result: CURLcode) throws(OutboundError) {
        guard result == CURLE_OK else { throw OutboundError(CurlCode(result), operation: "setopt") }
    }
}
