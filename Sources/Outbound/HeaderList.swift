import CCurl

/// The request's headers as the list that libcurl reads (curl_slist_append(3)).
struct HeaderList: ~Copyable {
    let first: UnsafeMutablePointer<curl_slist>?

    /// JSON in both directions. `Expect` is taken away: a server that does not know it would cost a second.
    init(_ headers: [(name: String, value: String)]) throws(OutboundError) {
        let own = ["Content-Type: application/json", "Accept: application/json", "Expect:"]
        var list: UnsafeMutablePointer<curl_slist>?
        for line in own + headers.map({ "\($0.name): \($0.value)" }) {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw OutboundError(.outOfMemory, operation: "slist_append")
            }
            list = longer
        }
        first = list
    }

    deinit {
        curl_slist_free_all(first)
    }
}
