/// A library's number for what went wrong, and its words.
package struct MediaErrorCode: Hashable, Sendable, CustomStringConvertible {
    /// libav's own negative code, or a negated errno (error.h: AVERROR).
    package let rawValue: Int32
    package let text: String

    package init(rawValue: Int32, text: String) {
        self.rawValue = rawValue
        self.text = text
    }

    package var description: String { "\(text) (\(rawValue))" }
}
