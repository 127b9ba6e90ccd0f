import Crypto
import Database
import Domain

/// Decides which callback the end of a job calls for, and where it goes.
package struct CallbackComposer: Sendable {
    /// `FOCUST_CALLBACK_URL`: for jobs whose upload named no URL of its own; nil for none.
    private let defaultURL: String?
    /// `FOCUST_CALLBACK_EVENTS`: what else there is to tell.
    private let events: Set<CallbackEvent>

    package init(defaultURL: String?, events: Set<CallbackEvent> = []) {
        self.defaultURL = defaultURL
        self.events = events
    }

    /// For a lesson that is about to get its other renditions; `job` is the one that the site knows. Nil unless the
    /// settings ask for it.
    package func renditions(of job: Job, duration: Double) -> NewCallback? {
        guard events.contains(.renditions) else { return nil }
        return callback(
            to: job.successCallbackURL, CallbackMessage(job: job, ending: .renditions(duration: duration)))
    }

    /// For a job about to be published; `duration` in seconds. Nil where nobody wants to know.
    package func success(of job: Job, duration: Double?) -> NewCallback? {
        callback(to: job.successCallbackURL, CallbackMessage(job: job, ending: .success(duration: duration)))
    }

    /// For a conversion about to fail for good.
    package func failure(of job: Job, _ failure: JobFailure) -> NewCallback? {
        // A lesson that keeps its first rendition alone can be watched.
        guard job.kind == .conversion else { return nil }
        return callback(to: job.errorCallbackURL, CallbackMessage(job: job, ending: .failure(failure)))
    }

    /// For a job that ended in the queue, its workers dead. A superseded one has none: the newer upload,
    /// which took its place, has its own.
    package func end(of job: Job) -> NewCallback? {
        guard job.status == .failed else { return nil }
        return failure(of: job, job.error ?? .converterCrashed)
    }

    private func callback(to url: String?, _ message: CallbackMessage) -> NewCallback? {
        guard let url = url ?? defaultURL else { return nil }
        // No dot in it: what is signed is `id.timestamp.body`.
        return NewCallback(id: "msg_\(TaskID(random: SecureRandom.pair()))", url: url, body: message.body)
    }
}
