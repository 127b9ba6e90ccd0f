import Callbacks
import Database
import Domain
import Files
import Formats
import Logging
import MediaClient
import System

/// Hands a whole upload over: from here on it is what a form upload is once it was read.
///
/// It may die at any point and be begun again, by the next request of the client: the task's id is of the record, the
/// bytes stay until the result is noted, and a task that is there already is not made twice.
struct Handover: Sendable {
    let services: Services
    let presentations: PresentationUpload

    /// Refuses with `unsupported_media` a presentation that is no video; a lesson becomes a task that says so.
    func finish(
        _ upload: borrowing LockedUpload, _ record: ResumableRecord, _ admission: UploadAdmission
    ) throws(Refusal) -> HandedOver {
        let result = try result(upload, record, admission)
        try Refusal.rethrow { () throws(FileError) in try upload.setResult(result.json.serialized()) }
        services.log.info(
            "resumable_finished", metadata: ["task_id": "\(record.task)", "bytes": "\(record.length)"])
        return result
    }

    private func result(
        _ upload: borrowing LockedUpload, _ record: ResumableRecord, _ admission: UploadAdmission
    ) throws(Refusal) -> HandedOver {
        switch record.target {
        case .lesson(let lesson):
            try queue(upload, record, .lesson(lesson), admission)
            return .task(record.task)
        case .course(let course):
            return .presentation(
                try presentations.keep(try video(upload, record), as: { _ in .course(course) }, admission))
        case .module(let course, let module):
            return .presentation(
                try presentations.keep(
                    try video(upload, record), as: { _ in .module(course: course, module: module) }, admission
                ))
        }
    }

    private func queue(
        _ upload: borrowing LockedUpload, _ record: ResumableRecord, _ location: LessonLocation,
        _ admission: UploadAdmission
    ) throws(Refusal) {
        let known = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.jobs.job(record.task)
        }
        guard known == nil else { return }
        do {
            let callbacks = UploadQueue.Callbacks(
                success: record.successCallbackURL, error: record.errorCallbackURL)
            var video = try video(upload, record)
            try video.check(services.media)
            _ = try UploadQueue(services: services).add(
                video, at: location, admission, callbacks, task: record.task)
        } catch {
            guard error.code == .unsupportedMedia else { throw error }
            try admission.confirm(services.database)
            try fail(record, location, error)
        }
    }

    /// The client was told that all has come, so what is wrong with it is told as of any task.
    private func fail(
        _ record: ResumableRecord, _ location: LessonLocation, _ refusal: Refusal
    ) throws(Refusal) {
        let failure = JobFailure(code: refusal.code.rawValue, message: "\(refusal.message)")
        let job = NewJob(
            id: record.task, location: location, filename: record.filename,
            sourcePath: StoredFile.upload(record.task, of: location, as: record.filename),
            bytes: ByteCount(record.length), successCallbackURL: record.successCallbackURL,
            errorCallbackURL: record.errorCallbackURL)
        try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.jobs.addFailed(job, failure, now: services.clock.now()) {
                services.callbacks.failure(of: $0, failure)
            }
        }
        services.callbackWakeUp.signal()
    }

    private func video(
        _ upload: borrowing LockedUpload, _ record: ResumableRecord
    ) throws(Refusal) -> ReceivedVideo {
        do {
            return ReceivedVideo(
                file: try upload.stagingFile(in: services.files), filename: record.filename)
        } catch {
            throw Refusal(error)
        }
    }
}
