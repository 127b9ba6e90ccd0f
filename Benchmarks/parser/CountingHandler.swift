import Domain
import Formats

/// Counts what reaches it, so that nothing but the parser is measured.
struct CountingHandler: MultipartHandler {
    var parts = 0
    var bytes = 0

    mutating func partBegan(_ part: PartHeader) { parts += 1 }
    mutating func partBytes(_ bytes: Span<UInt8>) { self.bytes += bytes.count }
    mutating func partEnded() {}
}
