import Database
import Files
import MediaProtocol

/// Why an attempt failed, and what follows from it.
struct ConversionFailure: Error {
    /// For the task: a stable code, and a sentence for the trainer.
    let forTask: JobFailure
    /// For the log: everything that is known.
    let cause: String
    let kind: AttemptFailure
    let isCancellation: Bool
    /// Whether a conversion waited that goes first.
    let isGivingWay: Bool
    /// Whether too little of the disk was free.
    var isForSpace: Bool { forTask == .outOfStorage }
    /// Whether a full disk could be the reason.
    let mayBeForSpace: Bool

    /// Somebody removed the file; trying again brings it not back.
    static let uploadMissing = ConversionFailure(
        forTask: JobFailure(code: "upload_missing", message: "The uploaded file is gone; upload it again."),
        cause: "the uploaded file is gone", .lasting)

    /// Less of the disk stayed free than must. The attempt counts: a film whose lesson never fits would be converted for
    /// ever.
    static let outOfSpace = ConversionFailure(
        forTask: .outOfStorage, cause: "less was free than FOCUST_MIN_FREE_BYTES", .passing)

    /// The lesson was deleted, or replaced by another upload.
    static let lessonGone = ConversionFailure(
        forTask: JobFailure(code: "lesson_gone", message: "The lesson was replaced or deleted meanwhile."),
        cause: "the lesson was replaced or deleted", .lasting)

    /// The directory of the lesson was written by another program, and never imported.
    static let lessonForeign = ConversionFailure(
        forTask: JobFailure(
            code: "lesson_foreign",
            message: "The lesson was written by another program; import it, or upload it again."),
        cause: "its directory carries no version", .lasting)

    /// The job is put back, and the attempt does not count.
    static let givingWay = ConversionFailure(
        forTask: JobFailure(code: "waiting", message: "A conversion went first."),
        cause: "a conversion waits", .passing, isGivingWay: true)

    private init(forTask: JobFailure, cause: String, _ kind: AttemptFailure, isGivingWay: Bool = false) {
        self.forTask = forTask
        self.cause = cause
        self.kind = kind
        self.isGivingWay = isGivingWay
        mayBeForSpace = false
        isCancellation = false
    }

    init(_ error: any Error) {
        cause = "\(error)"
        isGivingWay = false
        let media = error as? MediaError
        let isHiding = (error as? FileError)?.isNotEmpty == true
        isCancellation = media?.kind == .cancelled
        mayBeForSpace =
            media?.kind == .resource || (error as? FileError)?.isOutOfSpace == true
            || (error as? DatabaseError)?.isFull == true
        kind = media.map { Self.kind($0.kind) } ?? (isHiding ? .lasting : .passing)
        forTask =
            media.map { JobFailure(code: Self.code($0.kind), message: $0.message) }
            ?? JobFailure(code: "internal", message: "The server could not finish the conversion.")
    }

    private static func kind(_ kind: MediaError.Kind) -> AttemptFailure {
        switch kind {
        case .resource, .cancelled: .passing
        case .crashed: .crash
        case .unsupported, .deadline, .invalidOutput, .internal: .lasting
        }
    }

    private static func code(_ kind: MediaError.Kind) -> String {
        switch kind {
        case .unsupported: "unsupported_media"
        case .resource, .cancelled: "insufficient_resources"
        case .deadline: "conversion_timeout"
        case .invalidOutput: "invalid_output"
        case .internal: "conversion_failed"
        case .crashed: "converter_crashed"
        }
    }
}
