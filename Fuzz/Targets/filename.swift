// File names: whatever comes in, what is kept is one safe name that cleaning and headers leave as it is.

import Domain
import Formats

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard let name = Filename(cleaning: unsafe text(data, count)) else { return 0 }
    let value = Array(name.value.utf8)
    require((1...Filename.maxBytes).contains(value.count), "a name has 1 to 200 bytes")
    require(
        value.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !"/\\\"".utf8.contains($0) }, "a name has no path part"
    )
    require(!". ".utf8.contains(value[0]) && value.last != 0x20, "a name hides at neither end")
    require(Filename(cleaning: name.value).map { Array($0.value.utf8) } == value, "cleaning is idempotent")
    require(Filename(name.value) == name, "a clean name is a name")
    require(name.pathExtension.utf8.count < value.count, "an extension is a part of the name")

    let header = ContentDisposition.header(.attachment, filename: name)
    require(header.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "a header is printable ASCII")
    require(ContentDisposition(parsing: header)?.filename == name.value, "a header says the name")
    require(
        PercentEncoding.decode(PercentEncoding.encodePath(name.value)) == name.value, "encoding is undone")
    return 0
}
