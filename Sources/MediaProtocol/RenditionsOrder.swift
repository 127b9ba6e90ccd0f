import Crypto
import Domain
import Formats

/// The renditions that a published lesson is to get besides its first one.
package struct RenditionsOrder: Equatable, Sendable {
    /// What they are made of.
    package enum Source: Equatable, Sendable {
        /// The original.
        case file(String)
        /// The lesson's own first rendition, where the original is gone.
        case segments
    }

    package var source: Source
    /// The published lesson's directory, which is only read: `output.m3u8` or `r0.m3u8`, and the segments.
    package var lesson: String
    /// Where the renditions are written: playlists and segments. It may hold some that an attempt before has left.
    package var directory: String
    /// Of each rendition that may be made, and of the first, which was made already; no key for a first rendition that is
    /// not encrypted.
    package var keys: [RenditionName: ContentKey]
    package var options: ConversionOptions

    package init(
        source: Source, lesson: String, directory: String, keys: [RenditionName: ContentKey],
        options: ConversionOptions
    ) {
        self.source = source
        self.lesson = lesson
        self.directory = directory
        self.keys = keys
        self.options = options
    }

    var members: [(String, JSONValue)] {
        let path: JSONValue = if case .file(let path) = source { .string(path) } else { .null }
        let keys = keys.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value.json) }
        return [
            ("source", path), ("lesson", .string(lesson)), ("directory", .string(directory)),
            ("keys", .object(keys)), ("options", options.json),
        ]
    }

    /// Nil where something is missing.
    init?(_ json: JSONValue) {
        guard let lesson = json["lesson"]?.stringValue, let directory = json["directory"]?.stringValue,
            let source = json["source"], case .object(let members)? = json["keys"],
            let options = json["options"].flatMap(ConversionOptions.init)
        else { return nil }
        var keys: [RenditionName: ContentKey] = [:]
        for member in members {
            guard let name = RenditionName(member.key), let key = ContentKey(member.value) else { return nil }
            keys[name] = key
        }
        switch source {
        case .null: self.source = .segments
        case .string(let path): self.source = .file(path)
        default: return nil
        }
        self.lesson = lesson
        self.directory = directory
        self.keys = keys
        self.options = options
    }
}

extension ContentKey {
    var json: JSONValue { .array(bytes.map { .integer(Int($0)) }) }

    /// Nil where it is none of 16 bytes.
    init?(_ json: JSONValue) {
        guard case .array(let numbers) = json else { return nil }
        self.init(bytes: numbers.compactMap(\.intValue).compactMap { UInt8(exactly: $0) })
    }
}
