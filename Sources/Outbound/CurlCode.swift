import CCurl

/// A result code of libcurl (curl.h: CURLcode); an unknown one stays what it is.
package struct CurlCode: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(_ code: CURLcode) {
        self.rawValue = code.rawValue
    }

    static let ok = CurlCode(CURLE_OK)
    static let badURL = CurlCode(CURLE_URL_MALFORMAT)
    static let badArgument = CurlCode(CURLE_BAD_FUNCTION_ARGUMENT)
    static let writeError = CurlCode(CURLE_WRITE_ERROR)
    static let outOfMemory = CurlCode(CURLE_OUT_OF_MEMORY)
    static let failedInit = CurlCode(CURLE_FAILED_INIT)
    static let couldNotConnect = CurlCode(CURLE_COULDNT_CONNECT)
    static let timedOut = CurlCode(CURLE_OPERATION_TIMEDOUT)
    static let aborted = CurlCode(CURLE_ABORTED_BY_CALLBACK)

    /// libcurl's own words for it, without a detail.
    var text: String {
        String(cString: curl_easy_strerror(CURLcode(rawValue)))
    }
}
