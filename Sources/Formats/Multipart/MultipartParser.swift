import Domain

/// A push parser for `multipart/form-data` (RFC 7578, RFC 2046 §5.1.1): it is fed a body in pieces of any
/// size, cut anywhere, and hands each part's bytes on uncopied.
///
/// It holds one header block at most, whatever the size of the body. Once it has thrown it is of no more use.
package struct MultipartParser: Sendable {
    /// What the next byte belongs to.
    private enum State: Sendable {
        /// The preamble, or a part's data.
        case data
        /// What follows a delimiter on its line.
        case delimiterEnd(LineEnd)
        case headers
        /// Behind the closing delimiter: skipped.
        case epilogue
    }

    /// How far the rest of a delimiter's line has been read.
    private enum LineEnd: Sendable {
        case start, dash, padding, carriageReturn
    }

    private let search: BoundarySearch
    private let limits: MultipartLimits
    private var state = State.data
    private var isInPart = false
    private var partCount = 0
    private var header: [UInt8] = []
    /// How much of a delimiter the pieces so far ended with, `assumed` bytes of it standing before the data:
    /// the first delimiter of a body, or of a part without bytes, needs no line end of its own.
    private var matched = 2
    private var assumed = 2

    /// Throws `malformed_request` where `boundary` cannot be one.
    package init(boundary: String, limits: MultipartLimits = .default) throws(Refusal) {
        guard let search = BoundarySearch(boundary: boundary) else {
            throw Refusal(.malformedRequest, "The form's boundary is not one of 1 to 70 allowed characters.")
        }
        self.search = search
        self.limits = limits
    }

    /// Reads the next piece. Throws `malformed_request`, and what the handler throws.
    package mutating func consume<Handler: MultipartHandler & ~Copyable>(
        _ bytes: Span<UInt8>, _ handler: inout Handler
    ) throws(Refusal) {
        var offset = 0
        while offset < bytes.count {
            switch state {
            case .data: offset = try readData(bytes, from: offset, &handler)
            case .delimiterEnd(let end):
                state = try Self.state(after: end, bytes[offset])
                if case .headers = state { try beginHeader() }
                offset += 1
            case .headers: offset = try readHeader(bytes, from: offset, &handler)
            case .epilogue: return
            }
        }
    }

    /// Must be called at the end of the body: throws `malformed_request` where the closing delimiter is missing.
    package func finish() throws(Refusal) {
        guard case .epilogue = state else {
            throw Refusal(.malformedRequest, "The form breaks off before its closing boundary.")
        }
    }
}

// The three readers: each takes what it can from `offset` on and returns where it stopped.
extension MultipartParser {
    private mutating func readData<Handler: MultipartHandler & ~Copyable>(
        _ bytes: Span<UInt8>, from offset: Int, _ handler: inout Handler
    ) throws(Refusal) -> Int {
        if matched > 0 { return try continueDelimiter(bytes, from: offset, &handler) }
        if let start = search.firstMatch(in: bytes, from: offset) {
            try pass(bytes.extracting(offset..<start), &handler)
            try endPart(&handler)
            return start + search.delimiter.count
        }
        matched = search.unfinishedMatch(in: bytes, from: offset)
        try pass(bytes.extracting(offset..<bytes.count - matched), &handler)
        return bytes.count
    }

    /// Goes on with a delimiter that an earlier piece began; where it was none, its bytes were data.
    private mutating func continueDelimiter<Handler: MultipartHandler & ~Copyable>(
        _ bytes: Span<UInt8>, from offset: Int, _ handler: inout Handler
    ) throws(Refusal) -> Int {
        let more = search.matchedPrefix(of: bytes, at: offset, after: matched)
        let end = offset + more
        if matched + more == search.delimiter.count {
            try endPart(&handler)
        } else if end < bytes.count {
            try pass(search.delimiter.span.extracting(assumed..<matched + more), &handler)
            matched = 0
            assumed = 0
        } else {
            matched += more
        }
        return end
    }

    private mutating func readHeader<Handler: MultipartHandler & ~Copyable>(
        _ bytes: Span<UInt8>, from offset: Int, _ handler: inout Handler
    ) throws(Refusal) -> Int {
        var offset = offset
        while offset < bytes.count {
            guard header.count < limits.maxHeaderBytes else {
                throw Refusal(.malformedRequest, "A part of the form has more header than is read.")
            }
            header.append(bytes[offset])
            offset += 1
            // The block ends with its first blank line; one without any line is the blank line alone.
            if bytes[offset - 1] == 0x0A, header.suffix(4) == [13, 10, 13, 10] || header == [13, 10] {
                try handler.partBegan(PartHeader(parsing: header.dropLast(2)))
                isInPart = true
                (state, matched, assumed) = (.data, 2, 2)
                break
            }
        }
        return offset
    }
}

// The small steps.
extension MultipartParser {
    private func pass<Handler: MultipartHandler & ~Copyable>(
        _ bytes: Span<UInt8>, _ handler: inout Handler
    ) throws(Refusal) {
        if isInPart, !bytes.isEmpty { try handler.partBytes(bytes) }
    }

    private mutating func endPart<Handler: MultipartHandler & ~Copyable>(
        _ handler: inout Handler
    ) throws(Refusal) {
        state = .delimiterEnd(.start)
        if isInPart { try handler.partEnded() }
        isInPart = false
    }

    private mutating func beginHeader() throws(Refusal) {
        guard partCount < limits.maxParts else {
            throw Refusal(.malformedRequest, "The form has more than \(limits.maxParts) parts.")
        }
        partCount += 1
        header.removeAll(keepingCapacity: true)
    }

    /// RFC 2046 §5.1.1: `--` closes the body; otherwise white space and CRLF end the line.
    private static func state(after end: LineEnd, _ byte: UInt8) throws(Refusal) -> State {
        switch (end, byte) {
        case (.start, UInt8(ascii: "-")): return .delimiterEnd(.dash)
        case (.dash, UInt8(ascii: "-")): return .epilogue
        case (.start, 0x20), (.start, 0x09), (.padding, 0x20), (.padding, 0x09):
            return .delimiterEnd(.padding)
        case (.start, 0x0D), (.padding, 0x0D): return .delimiterEnd(.carriageReturn)
        case (.carriageReturn, 0x0A): return .headers
        default: throw Refusal(.malformedRequest, "The form has bytes behind a boundary on its line.")
        }
    }
}

/// Takes what a form holds, in the order of the body. Whatever it throws ends the parsing and reaches the caller.
package protocol MultipartHandler: ~Copyable {
    /// A part begins; its bytes follow.
    mutating func partBegan(_ part: PartHeader) throws(Refusal)

    /// Some of the part's bytes, never empty, as large as the caller's pieces allow. They are valid only during
    /// the call.
    mutating func partBytes(_ bytes: Span<UInt8>) throws(Refusal)

    /// The part is whole.
    mutating func partEnded() throws(Refusal)
}

/// How much of a form's own syntax is read before it is refused. What its parts hold is the handler's to limit.
package struct MultipartLimits: Sendable {
    /// The most parts of one body.
    package let maxParts: Int
    /// The most bytes of one part's header block, its blank line included.
    package let maxHeaderBytes: Int

    package init(maxParts: Int, maxHeaderBytes: Int) {
        self.maxParts = maxParts
        self.maxHeaderBytes = maxHeaderBytes
    }

    /// 32 parts with 8 KiB of header each; the richest form of ours has seven, with 200 bytes each.
    package static let `default` = MultipartLimits(maxParts: 32, maxHeaderBytes: 8192)
}
