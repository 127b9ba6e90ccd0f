import Formats

/// What a media process found of libav's libraries, answering `describe`.
package struct LibraryFacts: Sendable, Equatable {
    /// "libavformat 59.27.100", and the others.
    package let versions: [String]
    /// Of the encoders that lessons need, those that are there.
    package let encoders: [String]

    /// What lessons are encoded with, by libavcodec's names.
    package static let neededEncoders = ["libx264", "aac"]

    package init(versions: [String], encoders: [String]) {
        self.versions = versions
        self.encoders = encoders
    }

    package var json: JSONValue {
        [
            "versions": .array(versions.map { .string($0) }),
            "encoders": .array(encoders.map { .string($0) }),
        ]
    }

    /// Nil where something is missing.
    package init?(_ json: JSONValue) {
        guard case .array(let versions)? = json["versions"], case .array(let encoders)? = json["encoders"]
        else {
            return nil
        }
        self.init(
            versions: versions.compactMap(\.stringValue), encoders: encoders.compactMap(\.stringValue))
    }
}
