import Domain

/// The parameters of a query string, in their order, decoded as browsers encode forms
/// (WHATWG URL §5.1) but strictly: a broken escape is a refusal and not a guess.
package struct QueryParameters: Equatable, Sendable {
    /// The most parameters that are read; the richest route has seven.
    package static let maxCount = 64
    /// The most bytes of query that are read. nginx lets no longer request line through by default.
    package static let maxBytes = 32768

    /// One `name=value`. A name without `=` has the empty value.
    package struct Parameter: Equatable, Sendable {
        package let name: String
        package let value: String
    }

    package let all: [Parameter]

    /// Reads what stands after the `?`. Throws `malformed_request` for a bad escape, invalid UTF-8, or too much.
    package init(parsing query: some StringProtocol) throws(Refusal) {
        guard query.utf8.count <= Self.maxBytes else { throw Self.refusal("The query is too long.") }
        var parameters: [Parameter] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < Self.maxCount else {
                throw Self.refusal("The query has more than \(Self.maxCount) parameters.")
            }
            parameters.append(try Self.parameter(ArraySlice(pair)))
        }
        self.all = parameters
    }

    /// The parameter; nil where it is missing. Refuses with `malformed_request` one that occurs twice: two readers of
    /// such a query could see two different requests.
    package func single(_ name: String) throws(Refusal) -> String? {
        let values = all.lazy.filter { $0.name == name }.map(\.value)
        guard values.count <= 1 else {
            throw Refusal(.malformedRequest, "The query names \(name) twice.", field: name)
        }
        return values.first
    }

    private static func parameter(_ pair: ArraySlice<UInt8>) throws(Refusal) -> Parameter {
        let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        guard let name = text(pair[..<equals]), let value = text(pair[equals...].dropFirst()) else {
            throw refusal("The query has an escape that is not percent-encoded UTF-8.")
        }
        return Parameter(name: name, value: value)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        PercentEncoding.decode(bytes, plusIsSpace: true).flatMap {
            String(validating: $0, as: UTF8.self)
        }
    }

    private static func refusal(_ message: Message) -> Refusal {
        Refusal(.malformedRequest, message)
    }
}
