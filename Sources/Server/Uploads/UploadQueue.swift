import Crypto
import Database
import Domain
import Files
import Formats
import Logging
import System

/// Hands a received video over to the conversion: on disk for good, and in the job table.
struct UploadQueue: Sendable {
    /// Where the end of a conversion is told, if the form says so.
    struct Callbacks {
        var success: String?
        var error: String?
    }

    let services: Services

    /// Queues `video` as what will be at `location`. Refuses with `token_revoked`,
    /// `idempotency_key_in_use`, `insufficient_storage` or `internal`.
    func add(
        _ video: consuming ReceivedVideo, at location: LessonLocation, _ admission: UploadAdmission,
        _ callbacks: Callbacks = Callbacks(), task id: TaskID, receipt: Receipt? = nil
    ) throws(Refusal) -> NewJob {
        let filename = video.filename
        let bytes = ByteCount(video.file.byteCount)
        let kept: KeptUpload
        do {
            kept = try services.files.commitUpload(
                video.file, task: id, location: location, filename: filename)
        } catch {
            throw Refusal(error)
        }
        let job = NewJob(
            id: id, location: location, filename: filename, sourcePath: kept.path, bytes: bytes,
            successCallbackURL: callbacks.success, errorCallbackURL: callbacks.error, receipt: receipt)
        try enqueue(job, admission)
        kept.release()
        return job
    }

    private func enqueue(_ new: NewJob, _ admission: UploadAdmission) throws(Refusal) {
        let outcome: EnqueueOutcome
        do {
            outcome = try services.database.jobs.enqueue(
                new, by: admission.authority, now: services.clock.now()
            ) {
                try services.files.keepFirstOriginal(
                    new.sourcePath, of: new.location, as: new.filename)
            }
        } catch {
            takeBack(new)
            throw refusal(error)
        }
        switch outcome {
        case .queued(let superseded):
            for old in superseded { remove(old.sourcePath) }
            services.conversionWakeUp.signal()
        case .revoked:
            remove(new.sourcePath)
            throw MediaGate.revoked
        case .repeated:
            remove(new.sourcePath)
            throw KeyedUploads.overtaken
        }
    }

    private func refusal(_ error: any Error) -> Refusal {
        if let error = error as? FileError { return Refusal(error) }
        if let error = error as? DatabaseError { return Refusal(error) }
        var refusal = Refusal(.internal, "The upload could not be queued.")
        refusal.cause = "\(error)"
        return refusal
    }

    /// Removes what was not acknowledged. The upload before it waits again, and was acknowledged with its original.
    private func takeBack(_ new: NewJob) {
        do {
            try services.database.jobs.withLatest(new.location) { job in
                // A transaction can be on disk although its end was an error.
                guard job?.id != new.id else { return }
                try services.files.takeBackOriginal(
                    ofUpload: new.sourcePath, at: new.location,
                    for: job.map { (path: $0.sourcePath, filename: $0.filename) })
                remove(new.sourcePath)
            }
        } catch {
            // UploadReconciliation does the same later, for the upload lies there still.
            services.log.warning("upload_not_taken_back", metadata: ["cause": "\(error)"])
        }
    }

    private func remove(_ path: String) {
        do {
            try services.files.removeUpload(path)
        } catch {
            // Swept at the next start.
            services.log.warning("upload_not_removed", metadata: ["cause": "\(error)"])
        }
    }
}

extension NewJob {
    /// Which request a task comes from and whose, on one line; what follows is logged under the task's id.
    func log(_ log: Logger, _ request: HTTPRequest, _ caller: Logger.Metadata) {
        log.info(
            "upload_queued",
            metadata: [
                "task_id": "\(id)", "rel": "\(location)", "bytes": "\(bytes)",
                "request_id": "\(request.requestID)",
            ].merging(caller) { $1 })
    }
}
