@_spi(_Unicode) import Swift

/// The base name of an uploaded file, made safe to store and to show: "Leçon 1.mp4" stays readable.
///
/// Path parts, control characters, leading dots and `"` are removed, the rest is NFC (a Mac sends NFD, and
/// the two must name one file), at most 200 bytes of UTF-8 with the extension kept.
package struct Filename: Hashable, Sendable, CustomStringConvertible {
    /// The most bytes of UTF-8 a stored name has.
    package static let maxBytes = 200

    package let value: String

    /// Cleans what a client sent; nil where nothing is left of it.
    package init?(cleaning raw: some StringProtocol) {
        // By scalar and not by character: `/` with a combining mark behind it is another character, and a path
        // separator all the same. Browsers on Windows once sent the whole path, with backslashes.
        let parts = raw.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        var kept = String.UnicodeScalarView()
        kept.append(contentsOf: (parts.last ?? raw.unicodeScalars[...]).filter { !Self.isRemoved($0) })
        // Composed last: what is removed may stand between a letter and its accent.
        let name = Self.trimmed(Self.composed(String(kept)))
        let shortened = Self.trimmed(Self.shortened(name))
        guard !shortened.isEmpty else { return nil }
        self.value = shortened
    }

    /// Nil unless `raw` is a name already: one that cleaning leaves as it is, byte for byte after NFC.
    package init?(_ raw: some StringProtocol) {
        guard let cleaned = Filename(cleaning: raw) else { return nil }
        guard Array(cleaned.value.utf8) == Array(Filename.composed(String(raw)).utf8) else { return nil }
        self = cleaned
    }

    package var description: String { value }

    /// What stands after the last dot, in lower case; empty where there is none.
    package var pathExtension: String {
        guard let dot = value.lastIndex(of: ".") else { return "" }
        return value[value.index(after: dot)...].lowercased()
    }

    /// What stands before the first dot: how the older interface names a video after its file.
    package var stemBeforeFirstDot: String { String(value.prefix { $0 != "." }) }

    private static func composed(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text._nfc)
        return String(scalars)
    }

    /// Without leading dots and spaces, which hide a file, and without spaces at the end, which hide themselves.
    private static func trimmed(_ name: String) -> String {
        var scalars = name.unicodeScalars[...]
        while scalars.first == "." || scalars.first == " " { scalars.removeFirst() }
        while scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }

    private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // Format characters hide or reorder what a person reads: "gpj.exe" shown backwards.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: scalar == "\""
        }
    }

    /// Cuts the stem, never the extension, and inside a character only where one alone is too long.
    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > maxBytes else { return name }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let suffix = name[dot...].utf8.count <= 16 ? name[dot...] : ""
        let stem = name.dropLast(suffix.count)
        let room = maxBytes - suffix.utf8.count
        var characters = stem
        while characters.utf8.count > room { characters.removeLast() }
        if !characters.isEmpty { return String(characters + suffix) }
        var scalars = stem.unicodeScalars
        while String(scalars).utf8.count > room { scalars.removeLast() }
        return String(scalars) + suffix
    }
}
