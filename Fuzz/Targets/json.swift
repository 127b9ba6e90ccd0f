// JSON: what is read is written as JSON of the same value.

import Formats

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let value = try? JSONValue.parse(unsafe bytes(data, count)) else { return 0 }
    let written = value.serialized()
    // Escapes may make a text longer than the limit it was read under.
    let again = try? JSONValue.parse(written, limits: JSONLimits(maxBytes: .max))
    require(again == value, "a value comes back as it was")
    require(again?.serialized() == written, "writing is stable")
    return 0
}
