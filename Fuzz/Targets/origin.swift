// Origins and the entries that allow them.

import Domain

private let allowed = ["https://learner.example.com", "https://*.example.com", "http://localhost:3000"]
    .compactMap { AllowedOrigins.Entry($0) }

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe text(data, count)
    if let entry = AllowedOrigins.Entry(input) {
        require(AllowedOrigins.Entry(entry.description) == entry, "an entry comes back as it was")
    }
    guard let origin = Origin(of: input) else { return 0 }
    require(Origin(of: origin.description) == origin, "an origin comes back as it was")
    require((1...65535).contains(origin.port), "a port is a port")
    require(origin.host.utf8.allSatisfy { (0x2D...0x7A).contains($0) }, "a host is plain ASCII")
    let start = "\(origin.scheme)://\(origin.host)"
    require(input.lowercased().utf8.starts(with: start.utf8), "an origin is how its URL begins")
    if AllowedOrigins(allowed).contains(origin) {
        let end = input.utf8.dropFirst(start.utf8.count).first
        require(end == nil || ":/?#".utf8.contains(end ?? 0), "an allowed host ends where its name ends")
        require(
            origin.host.hasSuffix(".example.com") || origin.host == "localhost", "no other host is allowed")
    }
    return 0
}
