import Domain

/// What stands above a part of a form (RFC 7578 §4).
package struct PartHeader: Equatable, Sendable {
    /// The form field.
    package let name: String
    /// What the client calls the file, not cleaned yet; nil where the part is a plain field.
    package let filename: String?
    /// Nil where it is absent or unreadable; nothing depends on it, since the file itself is looked into.
    package let contentType: MediaTypeHeader?

    /// Reads a header block without its final blank line. Throws `malformed_request`.
    init(parsing block: ArraySlice<UInt8>) throws(Refusal) {
        var fields: [String: ArraySlice<UInt8>] = [:]
        for line in try Self.lines(of: block) {
            var value = line
            guard let name = HeaderParameters.token(&value), value.popFirst() == UInt8(ascii: ":") else {
                throw Self.refusal("A part of the form has a broken header line.")
            }
            guard fields.updateValue(HeaderParameters.trimmed(value), forKey: name) == nil else {
                throw Self.refusal("A part of the form gives a header twice.")
            }
        }
        guard let text = fields["content-disposition"], let disposition = ContentDisposition(parsing: text),
            disposition.type == "form-data", let name = disposition.name
        else { throw Self.refusal("A part of the form has no readable name.") }
        try Self.refuseTransferEncoding(fields["content-transfer-encoding"])
        self.name = name
        self.filename = disposition.filename
        self.contentType = fields["content-type"].flatMap { MediaTypeHeader(parsing: $0) }
    }

    /// Lines end with CRLF and nothing else: a bare CR or LF is a line end to some readers and not to others.
    private static func lines(of block: ArraySlice<UInt8>) throws(Refusal) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        guard !block.isEmpty else { return [] }
        for line in block.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            guard line.last == 0x0D, !line.dropLast().contains(where: { $0 == 0x0D || $0 == 0 }) else {
                throw refusal("A part of the form has a header line that does not end with CRLF.")
            }
            lines.append(line.dropLast())
        }
        return lines
    }

    /// RFC 7578 §4.7 abolishes it; storing base64 as though it were the video would only fail later.
    private static func refuseTransferEncoding(_ value: ArraySlice<UInt8>?) throws(Refusal) {
        guard let value else { return }
        let name = String(decoding: value, as: UTF8.self).lowercased()
        guard ["7bit", "8bit", "binary"].contains(name) else {
            throw refusal("A part of the form has a transfer encoding, which forms do not use.")
        }
    }

    private static func refusal(_ message: Message) -> Refusal {
        Refusal(.malformedRequest, message)
    }
}
