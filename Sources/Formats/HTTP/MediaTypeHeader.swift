/// A `Content-Type` (RFC 9110 §8.3.1): `type/subtype` and parameters. Names are in lower case.
package struct MediaTypeHeader: Equatable, Sendable {
    /// "video/mp4"
    package let essence: String
    private let parameters: HeaderParameters

    /// Nil where `text` breaks the syntax or gives a parameter twice (which of two boundaries is meant?).
    package init?(parsing text: some StringProtocol) {
        self.init(parsing: ArraySlice(text.utf8))
    }

    init?(parsing bytes: ArraySlice<UInt8>) {
        var rest = HeaderParameters.trimmed(bytes)
        guard let type = HeaderParameters.token(&rest), rest.popFirst() == UInt8(ascii: "/"),
            let subtype = HeaderParameters.token(&rest),
            let parameters = HeaderParameters(parsing: rest, escaping: .quotedPair)
        else { return nil }
        self.essence = "\(type)/\(subtype)"
        self.parameters = parameters
    }

    /// The value of a parameter, named in lower case; nil where it is absent or not valid UTF-8.
    package func parameter(_ name: String) -> String? {
        parameters[name].flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The boundary of a `multipart/form-data` body (RFC 7578 §4.1); nil for every other type.
    package var formDataBoundary: String? {
        essence == "multipart/form-data" ? parameter("boundary") : nil
    }
}
