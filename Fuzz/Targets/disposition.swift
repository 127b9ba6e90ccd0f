// Content-Disposition and Content-Type, as clients send them.

import Formats

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe text(data, count)
    if let disposition = ContentDisposition(parsing: input) {
        require(
            disposition.type == disposition.type.lowercased() && !disposition.type.isEmpty,
            "a type is a token")
        require(
            (disposition.name?.utf8.count ?? 0) <= input.utf8.count, "a name is no longer than its header")
        let quoted = ContentDisposition(parsing: "form-data; name=\"x\"; " + parameters(of: input))
        require(quoted == nil || quoted?.name == "x", "a second name is refused")
    }
    if let type = MediaTypeHeader(parsing: input) {
        require(type.essence.utf8.count { $0 == UInt8(ascii: "/") } == 1, "an essence is two tokens")
        require(MediaTypeHeader(parsing: type.essence)?.essence == type.essence, "an essence is a media type")
        require(
            type.formDataBoundary == nil || type.essence == "multipart/form-data",
            "only forms have boundaries")
    }
    return 0
}

private func parameters(of header: String) -> String {
    String(header.drop { $0 != ";" }.dropFirst())
}
