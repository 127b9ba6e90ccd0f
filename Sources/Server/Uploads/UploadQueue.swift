import Crypto
import Database
import Domain
import Files
import Media
import Runtime

/// Hands a received video over to the conversion: looked into, on disk for good, and in the job table.
struct UploadQueue: Sendable {
    let services: Services

    /// Refuses with `missing_field` (no video), `unsupported_media`, `insufficient_storage` or `internal`.
    func add(
        _ form: inout VideoForm, at location: LessonLocation, successCallbackURL: String? = nil,
        errorCallbackURL: String? = nil
    ) throws(Refusal) -> NewJob {
        guard let filename = form.filename, let staged = form.takeVideo() else {
            throw Refusal(.missingField, "video is missing.", field: "video")
        }
        try probe(staged)
        var random = SecureRandom()
        let id = TaskID(using: &random)
        let bytes = staged.byteCount
        let source: String
        do {
            source = try services.files.commitUpload(staged, task: id, location: location, filename: filename)
        } catch {
            throw Refusal(error)
        }
        let job = NewJob(
            id: id, location: location, filename: filename, sourcePath: source, bytes: ByteCount(bytes),
            successCallbackURL: successCallbackURL, errorCallbackURL: errorCallbackURL)
        try enqueue(job)
        return job
    }

    private func probe(_ staged: borrowing StagingFile) throws(Refusal) {
        do {
            _ = try Probe.examine(staged.path, limits: .default)
        } catch {
            if error.kind == .unsupported { throw UnsupportedMedia.content(error) }
            var refusal = Refusal(.internal, "The video could not be looked into.")
            refusal.cause = error.description
            throw refusal
        }
    }

    private func enqueue(_ new: NewJob) throws(Refusal) {
        do {
            let superseded = try services.database.jobs.enqueue(new, now: services.clock.now())
            // Their rows say superseded already; a file that stays behind is swept at the next start.
            for old in superseded { try? services.files.removeUpload(old.sourcePath) }
            services.conversionWakeUp.signal()
        } catch {
            // Not acknowledged, so nothing may stay behind either.
            try? services.files.removeUpload(new.sourcePath)
            throw Refusal(error)
        }
    }
}
