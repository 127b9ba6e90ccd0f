/// What a job makes; the raw values are those of the table.
package enum JobKind: String, CaseIterable, Sendable {
    /// A lesson's first rendition, of an upload.
    case conversion
    /// The others, of a lesson that can be watched already. None begins while a conversion waits.
    case renditions
}
