import Crypto
import Database
import Domain

/// Decides which callback the end of a job calls for, and where it goes.
package struct CallbackComposer: Sendable {
    /// `FOCUST_CALLBACK_URL`: for jobs whose upload named no URL of its own; nil for none.
    private let defaultURL: String?

    package init(defaultURL: String?) {
        self.defaultURL = defaultURL
    }

    /// For a job about to be published; `duration` in seconds. Nil where nobody wants to know.
    package func success(of job: Job, duration: Double?) -> NewCallback? {
        callback(to: job.successCallbackURL, CallbackMessage(job: job, ending: .success(duration: duration)))
    }

    /// For a job about to fail for good.
    package func failure(of job: Job, _ failure: JobFailure) -> NewCallback? {
        callback(to: job.errorCallbackURL, CallbackMessage(job: job, ending: .failure(failure)))
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
