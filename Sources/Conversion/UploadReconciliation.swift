import Database
import Domain
import Files
import Logging
import System

/// Compares the uploads on disk, and the renditions that are being made, with the job table, and removes what nobody waits for: a process may have died
/// between any two steps of an upload or of a conversion's end.
package struct UploadReconciliation: Sendable {
    private let database: any Database
    private let files: DataDirectory
    private let log: Logger

    package init(database: any Database, files: DataDirectory, log: Logger) {
        self.database = database
        self.files = files
        self.log = log
    }

    /// Looks at every waiting upload once, and reports what it removes and what is missing.
    package func run() {
        do {
            for upload in try files.waitingUploads() { try look(at: upload) }
            for task in try files.renditionWorks() { try look(atRenditionsOf: task) }
            for job in try database.jobs.list(location: nil, status: .queued, limit: 1000)
            where try files.size(of: job.sourcePath) == nil {
                // Its conversion will fail, and say so to whoever asks.
                log.error("upload_missing", metadata: ["task_id": "\(job.id)", "path": "\(job.sourcePath)"])
            }
        } catch {
            log.error("reconciliation_failed", metadata: ["cause": "\(error)"])
        }
    }

    private func look(at upload: WaitingUpload) throws {
        let job = try database.jobs.job(upload.task)
        switch job?.status {
        case .queued, .processing: return
        case .failed:
            // It can be tried again by hand, unless a newer upload has taken its place.
            guard let job, try database.jobs.latest(job.location)?.id != job.id else { return }
            try remove(upload, because: "its task failed, and a newer one has come")
        case .completed, .superseded: try remove(upload, because: "its task is over")
        case nil:
            // The client was not told that it had been received. In this order: once nobody holds the file, no row
            // is added any more, but one may have been a moment ago.
            guard try files.isAbandoned(upload: upload.path), try database.jobs.job(upload.task) == nil else {
                return
            }
            // Which it may have become already when the process died.
            if let location = upload.location {
                try database.jobs.withLatest(location) { job in
                    try files.takeBackOriginal(
                        ofUpload: upload.path, at: location,
                        for: job.map { (path: $0.sourcePath, filename: $0.filename) })
                }
            }
            try remove(upload, because: "it has no task")
        }
    }

    /// What was made so far waits for the next attempt, as long as there is one.
    private func look(atRenditionsOf task: TaskID) throws {
        guard try database.jobs.job(task)?.status.isEnd ?? true, try files.removeRenditionWork(of: task)
        else {
            return
        }
        log.notice("renditions_removed", metadata: ["task_id": "\(task)", "reason": "the task is over"])
    }

    private func remove(_ upload: WaitingUpload, because reason: String) throws {
        try files.removeUpload(upload.path)
        log.notice("upload_removed", metadata: ["path": "\(upload.path)", "reason": "\(reason)"])
    }
}
