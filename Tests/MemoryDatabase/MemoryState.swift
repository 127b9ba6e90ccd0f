import Database
import Domain

/// All there is: rows in order of arrival, and the clock of the queue.
struct MemoryState: Sendable {
    var commits = 0
    var jobs: [MemoryJob] = []
    /// By kind, the turn of the job served last.
    var turns: [JobKind: Int] = [:]
    var revocations: [(sequence: Int64, revocation: Revocation)] = []
    var lastRevocation: Int64 = 0
    var callbacks: [MemoryCallback] = []
    var receipts: [Receipt] = []

    func index(of id: TaskID) -> Int? { jobs.firstIndex { $0.new.id == id } }

    /// Where the job is, if `worker` holds it.
    func index(of id: TaskID, heldBy worker: String) -> Int? {
        index(of: id).flatMap { jobs[$0].status == .processing && jobs[$0].worker == worker ? $0 : nil }
    }

    /// The newest job of a kind at a location, unless the lesson was deleted since.
    func newest(_ kind: JobKind, _ location: LessonLocation) -> Job? {
        jobs.last { $0.new.location == location && $0.new.kind == kind && !$0.isWithdrawn }?.job
    }

    /// Whether a conversion waits for a worker or for space.
    func conversionWaits(_ now: Timestamp) -> Bool {
        jobs.contains { $0.new.kind == .conversion && ($0.isRunnable(now) || $0.waitsForSpace) }
    }

    /// The turn of an owner's job that arrives now; see `JobQueue`, Fairness.
    func nextTurn(of owner: Identifier, _ kind: JobKind) -> Int {
        let live = jobs.filter {
            !$0.status.isEnd && $0.new.location.ownerID == owner && $0.new.kind == kind
        }
        return max(turns[kind, default: 0], live.map(\.turn).max().map { $0 + 1 } ?? 0)
    }

    /// Adds a job behind those of its owner.
    mutating func add(_ new: NewJob, _ now: Timestamp) {
        let turn = nextTurn(of: new.location.ownerID, new.kind)
        jobs.append(MemoryJob(new: new, turn: turn, createdAt: now, updatedAt: now))
    }

    /// Where the jobs of this kind at a location are that have one of these statuses.
    func indices(
        _ location: LessonLocation, _ kind: JobKind, _ statuses: Set<JobStatus>
    ) -> [Int] {
        jobs.indices.filter {
            jobs[$0].new.location == location && jobs[$0].new.kind == kind
                && statuses.contains(jobs[$0].status)
        }
    }

    mutating func store(_ callback: NewCallback, of task: TaskID, _ now: Timestamp) throws(DatabaseError) {
        guard !callbacks.contains(where: { $0.new.id == callback.id }) else {
            throw DatabaseError(.other, code: 0, operation: "store", message: "a second callback of this id")
        }
        callbacks.append(MemoryCallback(new: callback, task: task, createdAt: now, nextAttempt: now))
    }

    /// Ends an attempt that failed, by the rules of the queue. Returns the job if it ended.
    mutating func fail(
        _ index: Int, _ kind: AttemptFailure, because failure: JobFailure, now: Timestamp
    ) -> Job? {
        if kind.isCrash { jobs[index].crashes += 1 }
        let end = QueueRules.after(
            kind, attempts: jobs[index].attempts, crashes: jobs[index].crashes, isReplaced: isReplaced(index),
            now: now)
        return bring(index, to: end, because: failure, now: now)
    }

    /// Brings a job to where its attempt leaves it. Returns it if it ended.
    mutating func bring(_ index: Int, to end: JobEnd, because failure: JobFailure?, now: Timestamp) -> Job? {
        (jobs[index].worker, jobs[index].leaseUntil, jobs[index].updatedAt) = (nil, nil, now)
        switch end {
        case .again(let retryAt):
            jobs[index].status = .queued
            jobs[index].notBefore = retryAt <= now ? nil : retryAt
            jobs[index].error = failure
            return nil
        case .failed: jobs[index].end(.failed, because: failure ?? .converterCrashed, now)
        case .superseded: jobs[index].end(.superseded, because: .superseded, now)
        }
        return jobs[index].job
    }

    /// Whether a newer job of its location waits.
    func isReplaced(_ index: Int) -> Bool {
        let new = jobs[index].new
        return !indices(new.location, new.kind, [.queued]).isEmpty
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
    var renditions: [RenditionProgress] = []
    var attempts = 0
    var crashes = 0
    var worker: String?
    var leaseUntil: Timestamp?
    var endedAt: Timestamp?
    /// Its lesson was deleted.
    var isWithdrawn = false
    var error: JobFailure?

    var waitsForSpace: Bool { status == .queued && error == .insufficientStorage }

    /// Whether it waits for nothing but a worker.
    func isRunnable(_ now: Timestamp) -> Bool {
        status == .queued && notBefore.map { $0 <= now } ?? true
    }

    var job: Job {
        Job(
            id: new.id, kind: new.kind, location: new.location, filename: new.filename,
            sourcePath: new.sourcePath,
            bytes: new.bytes, successCallbackURL: new.successCallbackURL,
            errorCallbackURL: new.errorCallbackURL, status: status, progress: progress, duration: duration,
            plan: plan, codecs: codecs, size: size, createdAt: createdAt, updatedAt: updatedAt,
            attempts: attempts, renditions: renditions, error: error)
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
