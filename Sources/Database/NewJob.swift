import Domain

/// An upload that has been stored durably and waits to be converted, or a lesson that waits for its other renditions.
package struct NewJob: Equatable, Sendable {
    package let id: TaskID
    package let kind: JobKind
    package let location: LessonLocation
    package let filename: Filename
    /// Where the upload lies, or the original of a lesson, relative to the data directory.
    package let sourcePath: String
    package let bytes: ByteCount
    /// Where this job's end is to be reported; nil for the server's default.
    package var successCallbackURL: String?
    package var errorCallbackURL: String?
    /// What the upload is answered, where its client may send it again.
    package var receipt: Receipt?

    package init(
        id: TaskID, kind: JobKind = .conversion, location: LessonLocation, filename: Filename,
        sourcePath: String, bytes: ByteCount,
        successCallbackURL: String? = nil, errorCallbackURL: String? = nil, receipt: Receipt? = nil
    ) {
        self.id = id
        self.kind = kind
        self.location = location
        self.filename = filename
        self.sourcePath = sourcePath
        self.bytes = bytes
        self.successCallbackURL = successCallbackURL
        self.errorCallbackURL = errorCallbackURL
        self.receipt = receipt
    }
}
