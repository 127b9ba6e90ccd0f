import Database
import Domain

/// The queue in memory: every rule of `JobQueue`, and no index.
struct MemoryJobQueue: JobQueue {
    let database: MemoryDatabase

    func enqueue(
        _ new: NewJob, by authority: Authority?, now: Timestamp, keep: () throws -> Void
    ) throws -> EnqueueOutcome {
        try database.write { state throws in
            if let authority, state.revocations.map(\.revocation).void(authority) { return .revoked }
            if let receipt = new.receipt, !state.add(receipt, now) { return .repeated }
            try keep()
            let waiting = state.indices(new.location, new.kind, [.queued])
            for index in waiting { state.jobs[index].end(.superseded, because: .superseded, now) }
            state.add(new, now)
            return .queued(superseding: waiting.map { state.jobs[$0].job })
        }
    }

    func addRenditions(_ new: NewJob, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in
            guard !state.jobs.contains(where: { $0.new.location == new.location && !$0.status.isEnd }) else {
                return false
            }
            state.add(new, now)
            return true
        }
    }

    func addFailed(
        _ new: NewJob, _ failure: JobFailure, now: Timestamp, callback: (Job) -> NewCallback?
    ) throws(DatabaseError) {
        try database.change { (state) throws(DatabaseError) in
            let turn = state.nextTurn(of: new.location.ownerID, new.kind)
            var row = MemoryJob(new: new, turn: turn, createdAt: now, updatedAt: now)
            row.end(.failed, because: failure, now)
            state.jobs.append(row)
            if let callback = callback(row.job) { try state.store(callback, of: new.id, now) }
        }
    }

    func job(_ id: TaskID) throws(DatabaseError) -> Job? {
        try database.read { state in state.index(of: id).map { state.jobs[$0].job } }
    }

    func latest(_ location: LessonLocation) throws(DatabaseError) -> Job? {
        try database.read { state in
            state.newest(.conversion, location)
        }
    }

    func withLatest(_ location: LessonLocation, _ body: (Job?) throws -> Void) throws {
        try database.write { state throws in
            try body(state.jobs.last { $0.new.location == location && !$0.isWithdrawn }?.job)
        }
    }

    func latest(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job] {
        var found: [LessonLocation: Job] = [:]
        for location in locations { found[location] = try latest(location) }
        return found
    }

    func renditions(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job] {
        try database.read { state in
            let pairs = locations.compactMap { location in
                state.newest(.renditions, location).map { (location, $0) }
            }
            return Dictionary(pairs, uniquingKeysWith: { $1 })
        }
    }

    func locations(after: String, before end: String, limit: Int) throws(DatabaseError) -> [LessonLocation] {
        try database.read { state in
            let paths = Set(
                state.jobs.filter { !$0.isWithdrawn && $0.new.kind == .conversion }.map {
                    $0.new.location.description
                })
            let sorted = paths.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            let fitting = sorted.filter {
                Array(after.utf8).lexicographicallyPrecedes(Array($0.utf8))
                    && Array($0.utf8).lexicographicallyPrecedes(Array(end.utf8))
            }
            return fitting.prefix(limit).compactMap { LessonLocation($0) }
        }
    }

    func list(
        location: LessonLocation?, status: JobStatus?, after: TaskID?, limit: Int
    ) throws(DatabaseError) -> [Job]? {
        try database.read { state in
            var rows = state.jobs[...]
            if let after {
                guard let index = state.index(of: after) else { return nil }
                rows = rows[..<index]
            }
            let all = rows.reversed().map(\.job).filter { $0.kind == .conversion }
            let fitting = all.filter {
                (location == nil || $0.location == location) && (status == nil || $0.status == status)
            }
            return Array(fitting.prefix(max(limit, 0)))
        }
    }

    func cancelAll(_ location: LessonLocation, now: Timestamp, remove: () throws -> Void) throws -> [Job] {
        try database.write { state throws in
            let own = state.jobs.indices.filter { state.jobs[$0].new.location == location }
            let past = own.filter { !state.jobs[$0].isWithdrawn && state.jobs[$0].status == .failed }
            let live = own.filter { !state.jobs[$0].status.isEnd }
            for index in own { state.jobs[index].isWithdrawn = true }
            for index in live { state.jobs[index].end(.superseded, because: .cancelled, now) }
            try remove()
            return (live + past).map { state.jobs[$0].job }.filter { $0.kind == .conversion }
        }
    }

    func retry(_ id: TaskID, now: Timestamp) throws(DatabaseError) -> Job? {
        try database.change { (state) throws(DatabaseError) in
            guard let index = state.index(of: id) else { return nil }
            let old = state.jobs[index]
            let isNewest = !state.jobs[(index + 1)...].contains {
                $0.new.location == old.new.location && $0.new.kind == old.new.kind
            }
            guard old.status == .failed, !old.isWithdrawn, isNewest else { return nil }
            let turn = state.nextTurn(of: old.new.location.ownerID, old.new.kind)
            state.jobs[index] = MemoryJob(
                new: old.new, turn: turn, createdAt: old.createdAt, updatedAt: now, duration: old.duration,
                plan: old.plan, codecs: old.codecs)
            return state.jobs[index].job
        }
    }

    func counts() throws(DatabaseError) -> JobCounts {
        try database.read { state in
            let conversions = state.jobs.filter { $0.new.kind == .conversion }
            let renditions = state.jobs.filter { $0.new.kind == .renditions }
            return JobCounts(
                byStatus: Dictionary(conversions.map { ($0.status, 1) }, uniquingKeysWith: +),
                renditions: Dictionary(renditions.map { ($0.status, 1) }, uniquingKeysWith: +),
                oldestQueued: conversions.first { $0.status == .queued }?.createdAt,
                waitingForSpace: conversions.count(where: \.waitsForSpace))
        }
    }

    func prune(endedBefore cutoff: Timestamp, limit: Int) throws(DatabaseError) -> Int {
        try database.change { (state) throws(DatabaseError) in
            let old = state.jobs.indices.filter { index in
                let job = state.jobs[index]
                guard let endedAt = job.endedAt, endedAt < cutoff else { return false }
                return job.isWithdrawn
                    || state.jobs[(index + 1)...].contains {
                        $0.new.location == job.new.location && $0.new.kind == job.new.kind
                    }
            }.prefix(limit)
            for index in old.reversed() {
                let id = state.jobs.remove(at: index).new.id
                state.callbacks.removeAll { $0.task == id }
            }
            return old.count
        }
    }
}
