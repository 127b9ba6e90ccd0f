import Database
import Domain

/// All there is: rows in order of arrival, and the clock of the queue.
struct MemoryState: Sendable {
    var commits = 0
    var jobs: [MemoryJob] = []
    /// The turn of the job served last.
    var turn = 0
    var revocations: [(sequence: Int64, revocation: Revocation)] = []
    var lastRevocation: Int64 = 0
    var callbacks: [MemoryCallback] = []
    var receipts: [Receipt] = []

    func index(of id: TaskID) -> Int? { jobs.firstIndex { $0.new.id == id } }

    /// Where the job is, if `worker` holds it.
    func index(of id: TaskID, heldBy worker: String) -> Int? {
        index(of: id).flatMap { jobs[$0].status == .processing && jobs[$0].worker == worker ? $0 : nil }
    }

    /// The turn of an owner's job that arrives now; see `JobQueue`, Fairness.
    func nextTurn(of owner: Identifier) -> Int {
        let live = jobs.filter { !$0.status.isEnd && $0.new.location.ownerID == owner }.map(\.turn)
        return max(turn, live.max().map { $0 + 1 } ?? 0)
    }

    mutating func store(_ callback: NewCallback, of task: TaskID, _ now: Timestamp) throws(DatabaseError) {
        guard !callbacks.contains(where: { $0.new.id == callback.id }) else {
            throw DatabaseError(.other, code: 0, operation: "store", message: "a second callback of this id")
        }
        callbacks.append(MemoryCallback(new: callback, task: task, createdAt: now, nextAttempt: now))
    }

    /// Ends an attempt without a result; see `JobQueue`, Replacement. Returns the job if it ended.
    mutating func returnOrEnd(
        _ index: Int, retryAt: Timestamp?, because failure: JobFailure?, now: Timestamp
    ) -> Job? {
        let location = jobs[index].new.location
        let isReplaced = jobs.contains { $0.status == .queued && $0.new.location == location }
        (jobs[index].worker, jobs[index].leaseUntil, jobs[index].updatedAt) = (nil, nil, now)
        if let retryAt, !isReplaced {
            jobs[index].status = .queued
            jobs[index].notBefore = retryAt <= now ? nil : retryAt
            jobs[index].error = failure
            return nil
        }
        let reason = isReplaced ? JobFailure.superseded : failure ?? .converterCrashed
        jobs[index].end(isReplaced ? .superseded : .failed, because: reason, now)
        return jobs[index].job
    }
}

/// A row of the queue.
struct MemoryJob: Sendable {
    let new: NewJob
    var turn: Int
    let createdAt: Timestamp
    var updatedAt: Timestamp
    var status = JobStatus.queued
    /// The end of its pause.
    var notBefore: Timestamp?
    var progress = 0.0
    var duration: Double?
    var plan: String?
    var codecs: String?
    var size: PictureSize?
    var attempts = 0
    var crashes = 0
    var worker: String?
    var leaseUntil: Timestamp?
    var endedAt: Timestamp?
    /// Its lesson was deleted.
    var isWithdrawn = false
    var error: JobFailure?

    var job: Job {
        Job(
            id: new.id, location: new.location, filename: new.filename, sourcePath: new.sourcePath,
            bytes: new.bytes, successCallbackURL: new.successCallbackURL,
            errorCallbackURL: new.errorCallbackURL, status: status, progress: progress, duration: duration,
            plan: plan, codecs: codecs, size: size, createdAt: createdAt, updatedAt: updatedAt,
            attempts: attempts,
            error: error)
    }

    mutating func end(_ status: JobStatus, because reason: JobFailure?, _ now: Timestamp) {
        self.status = status
        (worker, leaseUntil, endedAt, updatedAt, error) = (nil, nil, now, now, reason)
    }
}

/// A row of the outbox.
struct MemoryCallback: Sendable {
    let new: NewCallback
    let task: TaskID
    var createdAt: Timestamp
    var nextAttempt: Timestamp
    var status = Callback.Status.pending
    var sender: String?
    var attempts = 0
    var lastStatus: Int?
    var lastError: String?
    var deliveredAt: Timestamp?

    var callback: Callback {
        Callback(
            id: new.id, task: task, url: new.url, body: new.body, status: status, createdAt: createdAt,
            nextAttempt: nextAttempt, attempts: attempts, lastStatus: lastStatus, lastError: lastError,
            deliveredAt: deliveredAt)
    }
}
