// Query strings and percent-encoding.

import Formats

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe text(data, count)
    require(PercentEncoding.decode(PercentEncoding.encodeSegment(input)) == input, "encoding is undone")
    guard let query = try? QueryParameters(parsing: input) else { return 0 }
    require(query.all.count <= QueryParameters.maxCount, "the number of parameters is bounded")
    let encoded = query.all.map {
        PercentEncoding.encodeSegment($0.name) + "=" + PercentEncoding.encodeSegment($0.value)
    }.joined(separator: "&")
    // Encoding may make a query longer than the limit.
    guard encoded.utf8.count <= QueryParameters.maxBytes else { return 0 }
    require((try? QueryParameters(parsing: encoded)) == query, "a query comes back as it was")
    for parameter in query.all {
        let count = query.all.count { $0.name == parameter.name }
        require(
            ((try? query.single(parameter.name)) != nil) == (count == 1), "one is found, and two are refused")
    }
    return 0
}
