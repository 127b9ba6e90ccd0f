/// The files that a playlist names, and how they are encrypted; for judging a playlist of another program's.
package struct PlaylistFiles: Equatable, Sendable {
    /// The last path component of each URI but the keys', each once, in order of appearance: segments, playlists of
    /// variants, initialisation sections.
    package private(set) var names: [String] = []
    /// The `METHOD` of each `EXT-X-KEY` (RFC 8216 §4.3.2.4).
    package private(set) var methods: Set<String> = []
    /// Whether it says that nothing will follow (RFC 8216 §4.3.3.4).
    package private(set) var hasEnd = false

    private var known: Set<String> = []

    private static let key = Array("#EXT-X-KEY:".utf8)

    /// Nil where `playlist` does not begin as one (RFC 8216 §4.3.1.1).
    package init?(reading playlist: [UInt8]) {
        var lines = PlaylistLines(of: playlist.span)
        guard let first = lines.nextLine(of: playlist.span), playlist[first].elementsEqual("#EXTM3U".utf8)
        else {
            return nil
        }
        while let line = lines.nextLine(of: playlist.span) { read(line, of: playlist) }
    }

    private mutating func read(_ line: Range<Int>, of playlist: [UInt8]) {
        let text = playlist[line]
        if text.starts(with: Self.key) { return methods.formUnion(Self.method(of: text)) }
        if text.elementsEqual("#EXT-X-ENDLIST".utf8) { hasEnd = true }
        if text.first != UInt8(ascii: "#") { return add(line, of: playlist) }
        guard var attributes = TagAttributes(of: line, in: playlist) else { return }
        while let uri = attributes.nextURI(in: playlist) { add(uri, of: playlist) }
    }

    private mutating func add(_ uri: Range<Int>, of playlist: [UInt8]) {
        let name = String(
            decoding: playlist[PlaylistURI.lastComponent(of: uri, in: playlist.span)], as: UTF8.self)
        if known.insert(name).inserted { names.append(name) }
    }

    private static func method(of tag: ArraySlice<UInt8>) -> [String] {
        tag.dropFirst(key.count).split(separator: UInt8(ascii: ",")).compactMap { attribute in
            let text = String(decoding: HeaderParameters.trimmed(attribute), as: UTF8.self)
            return text.hasPrefix("METHOD=") ? String(text.dropFirst(7)) : nil
        }
    }
}
