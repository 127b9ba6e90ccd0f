/// The languages that a client prefers (RFC 9110 §12.5.4), as far as this server has a choice.
package enum AcceptLanguage {
    /// The most bytes that are looked at; browsers send fifty.
    private static let maxBytes = 512

    /// Whether French is preferred to English: it is named, and English has no higher quality; of equal ones the first
    /// counts.
    package static func prefersFrench(_ header: String?) -> Bool {
        guard let header, header.utf8.count <= maxBytes else { return false }
        var best: (isFrench: Bool, quality: Double) = (false, 0)
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map(trimmed)
            guard let language = parts.first?.split(separator: "-").first?.lowercased(),
                language == "fr" || language == "en"
            else { continue }
            let quality =
                parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
                .flatMap { Double($0.dropFirst(2)) } ?? 1
            if quality > best.quality { best = (language == "fr", quality) }
        }
        return best.isFrench
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
