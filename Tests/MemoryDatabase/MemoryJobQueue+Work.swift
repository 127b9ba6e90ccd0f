import Database
import Domain

/// What workers ask.
extension MemoryJobQueue {
    func claim(
        worker: String, lease: Duration, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Job? {
        try database.change { (state) throws(DatabaseError) in
            try takeFromTheDead(&state, now, ended)
            let runnable = state.jobs.indices.filter { mayRun(state.jobs[$0], state, now) }
            let conversions = runnable.filter { state.jobs[$0].new.kind == .conversion }
            let candidates =
                conversions.isEmpty && !state.conversionWaits(now) ? runnable : conversions
            guard let next = candidates.min(by: { state.jobs[$0].turn < state.jobs[$1].turn }) else {
                return nil
            }
            state.jobs[next].status = .processing
            state.jobs[next].worker = worker
            state.jobs[next].leaseUntil = now.adding(lease)
            state.jobs[next].updatedAt = now
            state.jobs[next].attempts += 1
            state.jobs[next].progress = 0
            state.jobs[next].error = nil
            let kind = state.jobs[next].new.kind
            state.turns[kind] = max(state.turns[kind, default: 0], state.jobs[next].turn)
            return state.jobs[next].job
        }
    }

    private func mayRun(_ job: MemoryJob, _ state: MemoryState, _ now: Timestamp) -> Bool {
        guard job.isRunnable(now) else { return false }
        let running = state.jobs.filter { $0.status == .processing }
        let blocking: Set<JobKind> = [.conversion, job.new.kind]
        return !running.contains { $0.new.location == job.new.location && blocking.contains($0.new.kind) }
            && (job.crashes == 0 || !running.contains { $0.crashes > 0 })
    }

    private func takeFromTheDead(
        _ state: inout MemoryState, _ now: Timestamp, _ ended: (Job) -> NewCallback?
    ) throws(DatabaseError) {
        for index in state.jobs.indices {
            guard let leaseUntil = state.jobs[index].leaseUntil, leaseUntil <= now else { continue }
            let end = state.fail(index, .workerDied, because: .converterCrashed, now: now)
            if let end, let callback = ended(end) { try state.store(callback, of: end.id, now) }
        }
    }

    func nextWake() throws(DatabaseError) -> Timestamp? {
        try database.read { state in
            state.jobs.compactMap { $0.status == .queued ? $0.notBefore : $0.leaseUntil }.min()
        }
    }

    func heartbeat(
        _ id: TaskID, worker: String, progress: Double, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id, heldBy: worker) else { return false }
            state.jobs[index].progress = max(state.jobs[index].progress, min(max(progress, 0), 1))
            state.jobs[index].leaseUntil = now.adding(lease)
            state.jobs[index].updatedAt = now
            return true
        }
    }

    func describe(
        _ id: TaskID, worker: String, duration: Double?, plan: String?, codecs: String?, size: PictureSize?,
        now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id, heldBy: worker) else { return false }
            state.jobs[index].duration = duration ?? state.jobs[index].duration
            state.jobs[index].plan = plan ?? state.jobs[index].plan
            state.jobs[index].codecs = codecs ?? state.jobs[index].codecs
            state.jobs[index].size = size ?? state.jobs[index].size
            state.jobs[index].updatedAt = now
            return true
        }
    }

    func note(
        _ id: TaskID, worker: String, renditions: [RenditionProgress], now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id, heldBy: worker) else { return false }
            state.jobs[index].renditions = renditions
            state.jobs[index].updatedAt = now
            return true
        }
    }

    func conversionWaits() throws(DatabaseError) -> Bool {
        // A pause that has just ended is known at the next claim; until then it lasts, as in a table.
        try database.read { state in
            state.jobs.contains {
                $0.new.kind == .conversion && $0.status == .queued
                    && ($0.notBefore == nil || $0.waitsForSpace)
            }
        }
    }

    func finish(
        _ id: TaskID, worker: String, duration: Double?, callback: NewCallback?, followedBy next: NewJob?,
        now: Timestamp, publish: () throws -> Void
    ) throws -> Bool {
        try database.write { state throws in
            guard let index = state.index(of: id, heldBy: worker) else { return false }
            try publish()
            state.jobs[index].duration = duration ?? state.jobs[index].duration
            state.jobs[index].progress = 1
            state.jobs[index].end(.completed, because: nil, now)
            if let callback { try state.store(callback, of: id, now) }
            let new = state.jobs[index].new
            let outdated =
                new.kind == .conversion
                ? state.indices(new.location, .renditions, [.queued, .processing]) : []
            for index in outdated { state.jobs[index].end(.superseded, because: .superseded, now) }
            if let next { state.add(next, now) }
            return true
        }
    }

    func fail(
        _ id: TaskID, worker: String, failure: JobFailure, _ kind: AttemptFailure, callback: NewCallback?,
        now: Timestamp
    ) throws(DatabaseError) -> FailOutcome {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id, heldBy: worker) else { return .lost }
            guard let end = state.fail(index, kind, because: failure, now: now) else { return .willRetry }
            if let callback, end.status == .failed { try state.store(callback, of: id, now) }
            return .ended(end)
        }
    }

    func release(
        _ id: TaskID, worker: String, retryAt: Timestamp, because reason: JobFailure?, now: Timestamp
    ) throws(DatabaseError) -> Job? {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id, heldBy: worker) else { return nil }
            state.jobs[index].attempts -= 1
            let end = QueueRules.afterRelease(retryAt: retryAt, isReplaced: state.isReplaced(index))
            return state.bring(index, to: end, because: reason, now: now)
        }
    }

    func postpone(
        until retryAt: Timestamp, because reason: JobFailure, now: Timestamp, ended: (Job) -> NewCallback?
    ) throws(DatabaseError) -> Int {
        try database.change { (state) throws(DatabaseError) in
            try takeFromTheDead(&state, now, ended)
            let waiting = state.jobs.indices.filter { index in
                state.jobs[index].isRunnable(now)
            }
            for index in waiting {
                state.jobs[index].notBefore = retryAt
                state.jobs[index].updatedAt = now
                state.jobs[index].error = reason
            }
            return waiting.count
        }
    }

    func endLeases(now: Timestamp, unless isAlive: (String) -> Bool) throws(DatabaseError) {
        try database.change { (state) throws(DatabaseError) in
            for index in state.jobs.indices {
                guard let worker = state.jobs[index].worker, !isAlive(worker) else { continue }
                state.jobs[index].leaseUntil = state.jobs[index].leaseUntil.map { min($0, now) }
            }
        }
    }
}
