import Domain

/// Something of the old tree that has a place in the new one.
enum ImportItem {
    /// HLS, below `hls/`.
    case lesson(LessonLocation)
    /// A single file.
    case file(OldFile)
}

/// What became of one thing in the old tree.
package struct ImportOutcome: Sendable {
    package enum Result: Equatable, Sendable {
        /// It is served from here, or would be.
        case imported
        /// It was there already.
        case present
        /// It cannot be served, or its place is taken; with the reason.
        case refused(String)
    }

    /// Relative to the old tree; may hold anything that a file's name may hold.
    package let path: String
    package let result: Result
}
