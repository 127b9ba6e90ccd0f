import Domain
import Formats

/// Keeps what a form holds as a list that two readings can be compared by.
struct EventRecorder: MultipartHandler, Equatable {
    /// One part, as it arrived.
    struct Part: Equatable {
        var header: PartHeader
        var bytes: [UInt8] = []
        var isWhole = false
    }

    var parts: [Part] = []
    /// How many calls of `partBytes` there were.
    var pieces = 0
    /// Thrown at the end of a part, if set.
    var refusal: Refusal?

    mutating func partBegan(_ part: PartHeader) {
        parts.append(Part(header: part))
    }

    mutating func partBytes(_ bytes: Span<UInt8>) {
        pieces += 1
        for index in bytes.indices { parts[parts.count - 1].bytes.append(bytes[index]) }
    }

    mutating func partEnded() throws(Refusal) {
        parts[parts.count - 1].isWhole = true
        if let refusal { throw refusal }
    }

    /// Reads `body` in pieces of at most `size` bytes, the first of at most `first`.
    static func reading(
        _ body: [UInt8], boundary: String = "XX", limits: MultipartLimits = .default, first: Int? = nil,
        pieces size: Int = .max
    ) throws(Refusal) -> [Part] {
        var recorder = EventRecorder()
        var parser = try MultipartParser(boundary: boundary, limits: limits)
        var rest = body[...]
        var next = first ?? size
        while !rest.isEmpty {
            try parser.consume(Array(rest.prefix(next)).span, &recorder)
            rest = rest.dropFirst(next)
            next = size
        }
        try parser.finish()
        return recorder.parts
    }
}
