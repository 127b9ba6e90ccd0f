import Domain

/// The conversion queue: durable, shared by threads and processes, fair between owners.
///
/// **Replacement.** A newer upload of a location wins over an older one, by these rules:
/// 1. A new job supersedes at once whatever job of its location waits.
/// 2. Jobs of one location run one at a time, in order of arrival. One that runs already may finish and
///    is published; the newer one runs after it and replaces it. (Stopping it instead would let a client that
///    keeps re-sending a long film prevent every version of it.)
/// 3. If its attempt does not end well (failure, crash, stop) while a newer one waits, it is superseded,
///    not retried.
/// 4. A result is published inside `finish`, under the write lock and only by the holder of the lease: a
///    worker that slept through its lease publishes nothing, so the older result never overwrites the
///    newer one's.
///
/// **Renditions.** A job that makes further renditions of a lesson is below every conversion: none begins while a
/// conversion waits, for a worker or for free space, and one that runs is given back when `conversionWaits`. Of one
/// location at most one waits and one runs, beside the conversion that waits or runs. It ends, superseded, when a
/// newer upload of its location has been published; whatever speaks of a location's job means its conversion.
///
/// **Fairness.** Start-time fair queueing: the queue has a clock, the turn of the job served last, and a
/// new job's turn is the clock's or one after its owner's last live job, whichever is later. So the 200
/// jobs of a batch get 200 turns, and another owner's single upload gets the present one and is served
/// next.
/// Each kind has its own clock and turns.
///
/// **Crashes.** A worker renews its lease; a lease that ran out means that its process hangs, and `endLeases` ends
/// those of processes that died. The first time the job returns at once, because a restart is the likelier
/// reason, then after a pause, and after `QueueRules.maxCrashes` such ends it is failed, so that a hostile file cannot
/// occupy the queue for ever. Jobs that saw a crash run one at a time: those that only ran beside the hostile
/// file when it killed their process do so once, and are not condemned with it.
package protocol JobQueue: Sendable {
    /// Adds a job and supersedes the one of its location that waits, in one transaction, which also asks whether
    /// `authority` has been revoked by now: an upload takes long, and a revocation that was answered before holds.
    ///
    /// `keep` runs under the write lock, as `publish` of `finish` does: what it stores of the upload is neither removed
    /// by a deletion that came before nor put over what a conversion publishes afterwards.
    ///
    /// The job's receipt is stored with it, so that neither is without the other, whenever the process dies.
    ///
    /// `authority` is nil for the site's backend. Throws what `keep` throws, and then no job was added, else
    /// `DatabaseError`.
    func enqueue(
        _ new: NewJob, by authority: Authority?, now: Timestamp, keep: () throws -> Void
    ) throws -> EnqueueOutcome

    /// Adds a job that has failed already, together with the callback that `callback` makes of it: an upload that
    /// turned out to be no video after its client had been told that it is whole. Whatever waits goes on waiting.
    func addFailed(
        _ new: NewJob, _ failure: JobFailure, now: Timestamp, callback: (Job) -> NewCallback?
    ) throws(DatabaseError)

    /// Adds a job that makes renditions of a lesson that has been published. False, and nothing done, where a job of its
    /// location waits or runs, of either kind.
    func addRenditions(_ new: NewJob, now: Timestamp) throws(DatabaseError) -> Bool

    // MARK: For workers

    /// Leases the next job to `worker`; nil where none can run now.
    ///
    /// First the jobs whose lease ran out are taken from their dead workers: back to the queue, or to their
    /// end. `ended` is asked, inside the transaction, for the callback to store with each job that ended
    /// so.
    func claim(
        worker: String, lease: Duration, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Job?

    /// When a claim may next succeed without anybody adding a job: the end of a pause or of a lease; nil
    /// where nothing is pending.
    func nextWake() throws(DatabaseError) -> Timestamp?

    /// Renews the lease and notes how far the job is (0 to 1).
    ///
    /// False where `worker` no longer holds the job (its lease was lost, or the lesson deleted): it must
    /// stop, and publish nothing.
    func heartbeat(
        _ id: TaskID, worker: String, progress: Double, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> Bool

    /// Notes what the converter found and decided; nil leaves what is known. False as with `heartbeat`.
    func describe(
        _ id: TaskID, worker: String, duration: Double?, plan: String?, codecs: String?, size: PictureSize?,
        now: Timestamp
    ) throws(DatabaseError) -> Bool

    /// Notes which renditions a job makes, and how far each is. False as with `heartbeat`.
    func note(
        _ id: TaskID, worker: String, renditions: [RenditionProgress], now: Timestamp
    ) throws(DatabaseError) -> Bool

    /// Whether a conversion waits that could run, or waits for free space: a job that makes renditions has to give way.
    func conversionWaits() throws(DatabaseError) -> Bool

    /// Publishes a result and ends the job as completed, together with its callback; false where the lease
    /// was lost, and then nothing was published.
    ///
    /// `publish` runs under the write lock, after the lease has been checked: no other worker of any
    /// process can take the job or publish for its location in between. Keep it to renames; everything must
    /// have been synced before. If the process dies between the rename and the commit, the job is repeated
    /// and publishes again.
    ///
    /// Where the job is a conversion, those that make renditions of what was there before are superseded, and `next`, if
    /// there is one, is added in the same transaction.
    ///
    /// Throws what `publish` throws (the job stays leased), else `DatabaseError`.
    func finish(
        _ id: TaskID, worker: String, duration: Double?, callback: NewCallback?, followedBy next: NewJob?,
        now: Timestamp, publish: () throws -> Void
    ) throws -> Bool

    /// Ends an attempt that failed: `QueueRules.after` says what becomes of the job. `callback` is stored only if the job
    /// thereby ends as failed.
    func fail(
        _ id: TaskID, worker: String, failure: JobFailure, _ kind: AttemptFailure, callback: NewCallback?,
        now: Timestamp
    ) throws(DatabaseError) -> FailOutcome

    /// Gives the job back unfinished, at an orderly stop or before it began: the attempt does not count. It may run
    /// again from `retryAt`, and says until then why it waits. Returns the job if it ended instead, superseded by a newer
    /// one; nil where it waits again or was not `worker`'s any more.
    @discardableResult
    func release(
        _ id: TaskID, worker: String, retryAt: Timestamp, because reason: JobFailure?, now: Timestamp
    ) throws(DatabaseError) -> Job?

    /// Has all jobs that could run wait until `retryAt`, and say why: none may begin now. Returns how many there were.
    /// First takes their jobs from dead workers, as `claim` does.
    func postpone(
        until retryAt: Timestamp, because reason: JobFailure, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Int

    /// Ends the leases of workers whose process died, so that the next claim takes their jobs from them and nobody
    /// waits for the leases to run out. `isAlive` says whether a worker's process lives.
    func endLeases(now: Timestamp, unless isAlive: (String) -> Bool) throws(DatabaseError)

    // MARK: For everybody

    /// The job named `id`; nil where there is none.
    func job(_ id: TaskID) throws(DatabaseError) -> Job?

    /// The newest conversion of a location, unless the lesson has been deleted since.
    func latest(_ location: LessonLocation) throws(DatabaseError) -> Job?

    /// Runs `body` with the newest job of a location, under the write lock: meanwhile no upload of it is added, no result
    /// published and nothing deleted. Throws what `body` throws, else `DatabaseError`.
    func withLatest(_ location: LessonLocation, _ body: (Job?) throws -> Void) throws

    /// `latest` for many locations; those without a job are left out.
    func latest(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job]

    /// The newest job that makes renditions of each location; those without one are left out.
    func renditions(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job]

    /// Conversions, newest first, of one location or all, of one status or any; those older than `after` alone, if it is given.
    /// Nil where there is no job `after`.
    func list(
        location: LessonLocation?, status: JobStatus?, after: TaskID?, limit: Int
    ) throws(DatabaseError) -> [Job]?

    /// The locations that have a job and were not deleted since, in the byte order of their paths: those behind `after`,
    /// up to and without `end`.
    func locations(after: String, before end: String, limit: Int) throws(DatabaseError) -> [LessonLocation]

    /// Ends everything of a location that is queued or running, because the lesson is deleted, and hides its
    /// past from `latest`. A worker that runs one learns it at its next heartbeat.
    ///
    /// `remove` runs under the write lock, as `publish` of `finish` does: what is published before it goes, and what
    /// an upload that comes in meanwhile becomes is published after it and stays.
    ///
    /// Returns the jobs whose uploads nobody needs any more. Throws what `remove` throws, and then nothing is changed.
    @discardableResult
    func cancelAll(_ location: LessonLocation, now: Timestamp, remove: () throws -> Void) throws -> [Job]

    /// Queues a failed job again, its attempts counted anew. Nil, and nothing done, where there is no such
    /// job, it did not fail, or a newer one of its location has arrived since: the newer upload wins.
    func retry(_ id: TaskID, now: Timestamp) throws(DatabaseError) -> Job?

    /// Jobs by kind and status, and since when the oldest conversion waits.
    func counts() throws(DatabaseError) -> JobCounts

    /// Deletes up to `limit` rows that ended before `cutoff`, but never the newest of a lesson that still
    /// exists: it names the lesson's file and duration. Returns how many; call again while it is `limit`.
    func prune(endedBefore cutoff: Timestamp, limit: Int) throws(DatabaseError) -> Int
}

extension JobQueue {
    /// The newest jobs of one location or all, of one status or any.
    package func list(
        location: LessonLocation?, status: JobStatus?, limit: Int
    ) throws(DatabaseError) -> [Job] {
        try list(location: location, status: status, after: nil, limit: limit) ?? []
    }

    /// Adds a job of the site's backend, of which nothing else is to be stored. Returns the superseded jobs (at most one).
    package func enqueue(_ new: NewJob, now: Timestamp) throws -> [Job] {
        switch try enqueue(new, by: nil, now: now, keep: {}) {
        case .queued(let superseded): superseded
        case .revoked, .repeated: []
        }
    }

    /// Publishes a result after which there is nothing more to do.
    package func finish(
        _ id: TaskID, worker: String, duration: Double?, callback: NewCallback?, now: Timestamp,
        publish: () throws -> Void
    ) throws -> Bool {
        try finish(
            id, worker: worker, duration: duration, callback: callback, followedBy: nil, now: now,
            publish: publish)
    }

    /// The newest job that makes renditions of a location; nil where there is none.
    package func renditions(of location: LessonLocation) throws(DatabaseError) -> Job? {
        try renditions(of: [location])[location]
    }

    /// Gives the job back unfinished, to run again at once.
    @discardableResult
    package func release(_ id: TaskID, worker: String, now: Timestamp) throws(DatabaseError) -> Job? {
        try release(id, worker: worker, retryAt: now, because: nil, now: now)
    }
}
