// The playlist rewriter: lines stay lines, and a new URI is one plain name between base and suffix.

import Formats

private let base = Array("https://h.example/mobile/hls2/t/c/m/l/".utf8)
private let suffix = Array("?token=T&v=7".utf8)
private let mobile = PlaylistRewriter(.mobile(base: base, suffix: suffix))
private let relative = PlaylistRewriter(.relative(version: Array("7".utf8)))

private func lines(_ playlist: [UInt8]) -> [ArraySlice<UInt8>] {
    playlist.split(separator: 0x0A, omittingEmptySubsequences: false)
}

private func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = line.drop { [0x20, 0x09, 0x0D].contains($0) }
    return start.prefix(
        start.lastIndex { ![0x20, 0x09, 0x0D].contains($0) }.map { $0 - start.startIndex + 1 } ?? 0)
}

/// Every line that is neither blank nor a tag nor a comment is one new URI.
private func checkLines(_ before: [UInt8], _ after: [UInt8]) {
    let (old, new) = (lines(before), lines(after))
    require(old.count == new.count, "lines stay lines")
    for (oldLine, newLine) in zip(old, new).dropFirst() {
        guard let first = trimmed(oldLine).first else {
            require(oldLine.elementsEqual(newLine), "a blank line stays as it is")
            continue
        }
        if first == UInt8(ascii: "#") {
            require(
                oldLine.starts(with: "#EXT-X-".utf8) || trimmed(oldLine).count < oldLine.count
                    || oldLine.elementsEqual(newLine), "a comment stays as it is")
            continue
        }
        let uri = trimmed(newLine)
        require(
            uri.starts(with: base) && uri.suffix(suffix.count).elementsEqual(suffix), "a URI is a new one")
        let name = uri.dropFirst(base.count).dropLast(suffix.count)
        require(!name.isEmpty && !name.elementsEqual("..".utf8), "a URI names a file")
        require(
            !name.contains { "/\\?#\"' ,".utf8.contains($0) || !(0x21...0x7E).contains($0) },
            "a name is plain")
    }
}

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let playlist = unsafe bytes(data, count)
    let rewritten = mobile.rewrite(playlist)
    checkLines(playlist, rewritten)
    require(mobile.rewrite(rewritten) == rewritten, "rewriting is idempotent")
    let versioned = relative.rewrite(playlist)
    require(mobile.rewrite(versioned) == rewritten, "both rules find the same URIs")
    let facts = PlaylistFacts(reading: playlist)
    let after = PlaylistFacts(reading: versioned)
    require(
        facts?.duration == after?.duration && facts?.segmentCount == after?.segmentCount, "facts stay facts")
    require(
        facts?.segmentNames.contains { $0.utf8.contains(UInt8(ascii: "/")) } != true, "names have no slash")
    return 0
}
