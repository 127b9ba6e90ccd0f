import Domain

/// One job as its row stands: what was uploaded, how far it is, how it ended.
package struct Job: Equatable, Sendable {
    package let id: TaskID
    package let kind: JobKind
    package let location: LessonLocation
    package let filename: Filename
    /// Where the upload lies, or the original of a lesson that gets renditions, relative to the data directory.
    package let sourcePath: String
    package let bytes: ByteCount
    package let successCallbackURL: String?
    package let errorCallbackURL: String?
    package let status: JobStatus
    /// 0 to 1, never falling within one attempt; 1 only when published.
    package let progress: Double
    /// Seconds of video, once known.
    package let duration: Double?
    /// What the converter decided to do, and why, once known.
    package let plan: String?
    /// What players are told (RFC 6381): "avc1.64001f,mp4a.40.2"; nil until converted.
    package let codecs: String?
    /// Pixels as shown; nil until converted, or where an older version of this program converted it.
    package let size: PictureSize?
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    /// Attempts begun, those interrupted by an orderly stop not counted.
    package let attempts: Int
    /// What a job of that kind makes, once it is known.
    package let renditions: [RenditionProgress]
    /// Of a failed or superseded job; of a queued one, why it waits, or why the last attempt failed.
    package let error: JobFailure?

    package init(
        id: TaskID, kind: JobKind, location: LessonLocation, filename: Filename, sourcePath: String,
        bytes: ByteCount,
        successCallbackURL: String?, errorCallbackURL: String?, status: JobStatus, progress: Double,
        duration: Double?, plan: String?, codecs: String?, size: PictureSize?, createdAt: Timestamp,
        updatedAt: Timestamp, attempts: Int, renditions: [RenditionProgress],
        error: JobFailure?
    ) {
        self.id = id
        self.kind = kind
        self.location = location
        self.filename = filename
        self.sourcePath = sourcePath
        self.bytes = bytes
        self.successCallbackURL = successCallbackURL
        self.errorCallbackURL = errorCallbackURL
        self.status = status
        self.progress = progress
        self.duration = duration
        self.plan = plan
        self.codecs = codecs
        self.size = size
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.attempts = attempts
        self.renditions = renditions
        self.error = error
    }

    package var errorCode: String? { error?.code }
    package var errorMessage: String? { error?.message }
}
