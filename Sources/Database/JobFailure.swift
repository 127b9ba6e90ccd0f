/// Why an attempt, or a whole job, failed.
package struct JobFailure: Equatable, Sendable {
    /// Stable, for programs: `converter_crashed`, `unsupported_media`, …
    package let code: String
    /// For people.
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// The process that had the job died, as often as is allowed.
    package static let converterCrashed = JobFailure(
        code: "converter_crashed", message: "The converter crashed repeatedly on this file.")

    package static let superseded = JobFailure(
        code: "superseded", message: "A newer upload of the same lesson takes its place.")

    package static let insufficientStorage = JobFailure(
        code: "insufficient_storage", message: "The conversion waits for free space on the server's disk.")

    /// Of a conversion that had begun.
    package static let outOfStorage = JobFailure(
        code: "insufficient_storage",
        message: "The server's disk had too little free space for this conversion.")

    package static let cancelled = JobFailure(code: "cancelled", message: "The lesson was deleted.")
}
