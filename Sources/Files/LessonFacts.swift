import Domain

/// What a published lesson amounts to on disk.
package struct LessonFacts: Equatable, Sendable {
    /// All its files together.
    package let bytes: ByteCount
    /// Of one rendition.
    package let segments: Int
    /// When its playlist was written; nil where it has none.
    package let publishedAt: Timestamp?
}
