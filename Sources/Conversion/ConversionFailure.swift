import Database
import Files
import MediaProtocol

/// Why an attempt failed, and what follows from it.
struct ConversionFailure: Error {
    /// For the task: a stable code, and a sentence for the trainer.
    let forTask: JobFailure
    /// For the log: everything that is known.
    let cause: String
    /// Whether another attempt may succeed: disk and memory pass, a bad file does not.
    let mayPass: Bool
    let isCancellation: Bool
    /// Whether the file killed its converter.
    let isCrash: Bool
    /// Whether a full disk could be the reason.
    let mayBeForSpace: Bool

    /// Somebody removed the file; trying again brings it not back.
    static let uploadMissing = ConversionFailure(
        forTask: JobFailure(code: "upload_missing", message: "The uploaded file is gone; upload it again."),
        cause: "the uploaded file is gone", mayPass: false)

    /// Less of the disk stayed free than must. The attempt counts: a film whose lesson never fits would be converted for
    /// ever.
    static let outOfSpace = ConversionFailure(
        forTask: .outOfStorage, cause: "less was free than FOCUST_MIN_FREE_BYTES", mayPass: true)

    private init(forTask: JobFailure, cause: String, mayPass: Bool) {
        self.forTask = forTask
        self.cause = cause
        self.mayPass = mayPass
        mayBeForSpace = false
        isCancellation = false
        isCrash = false
    }

    init(_ error: any Error) {
        cause = "\(error)"
        let media = error as? MediaError
        let isHiding = (error as? FileError)?.isNotEmpty == true
        isCancellation = media?.kind == .cancelled
        isCrash = media?.kind == .crashed
        mayBeForSpace =
            media?.kind == .resource || (error as? FileError)?.isOutOfSpace == true
            || (error as? DatabaseError)?.isFull == true
        mayPass = media.map { Self.mayPass($0.kind) } ?? !isHiding
        forTask =
            media.map { JobFailure(code: Self.code($0.kind), message: $0.message) }
            ?? JobFailure(code: "internal", message: "The server could not finish the conversion.")
    }

    private static func mayPass(_ kind: MediaError.Kind) -> Bool {
        switch kind {
        case .resource, .cancelled, .crashed: true
        case .unsupported, .deadline, .invalidOutput, .internal: false
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
