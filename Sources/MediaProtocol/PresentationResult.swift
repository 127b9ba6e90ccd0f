import Formats

/// What became of a presentation, answering `present`.
package struct PresentationResult: Sendable, Equatable {
    /// What a file of this kind is usually called, whatever this one is called.
    package let fileExtension: String
    /// Whether the output is to be served, or else the source as it is.
    package let isRewritten: Bool
    /// Why its index could not be brought to its front; nil where it is there, or none is needed.
    package let fastStartFailure: String?
    /// Why there is no poster; nil where there is one.
    package let posterFailure: String?

    package init(fileExtension: String, isRewritten: Bool, fastStartFailure: String?, posterFailure: String?)
    {
        self.fileExtension = fileExtension
        self.isRewritten = isRewritten
        self.fastStartFailure = fastStartFailure
        self.posterFailure = posterFailure
    }

    package var json: JSONValue {
        [
            "file_extension": .string(fileExtension), "is_rewritten": .bool(isRewritten),
            "fast_start_failure": fastStartFailure.map { .string($0) } ?? .null,
            "poster_failure": posterFailure.map { .string($0) } ?? .null,
        ]
    }

    /// Nil where something is missing.
    package init?(_ json: JSONValue) {
        guard case .bool(let isRewritten)? = json["is_rewritten"],
            let fileExtension = json["file_extension"]?.stringValue
        else { return nil }
        self.init(
            fileExtension: fileExtension, isRewritten: isRewritten,
            fastStartFailure: json["fast_start_failure"]?.stringValue,
            posterFailure: json["poster_failure"]?.stringValue)
    }
}
