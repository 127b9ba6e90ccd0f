import Database
import Domain

/// The outbox in memory.
struct MemoryOutbox: CallbackOutbox {
    let database: MemoryDatabase

    func claim(
        sender: String, limit: Int, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> [Callback] {
        try database.change { (state) throws(DatabaseError) in
            let due = state.callbacks.indices.filter {
                state.callbacks[$0].status == .pending && state.callbacks[$0].nextAttempt <= now
            }.sorted { state.callbacks[$0].nextAttempt < state.callbacks[$1].nextAttempt }.prefix(limit)
            for index in due {
                state.callbacks[index].sender = sender
                state.callbacks[index].attempts += 1
                state.callbacks[index].nextAttempt = now.adding(lease)
            }
            return due.map { state.callbacks[$0].callback }
        }
    }

    func nextDue() throws(DatabaseError) -> Timestamp? {
        try database.read { state in
            state.callbacks.filter { $0.status == .pending }.map(\.nextAttempt).min()
        }
    }

    func pendingCount() throws(DatabaseError) -> Int {
        try database.read { state in state.callbacks.count { $0.status == .pending } }
    }

    func delivered(
        _ id: String, sender: String, status: Int, now: Timestamp
    ) throws(DatabaseError) -> Bool {
        try change(id, sender) {
            ($0.status, $0.lastStatus, $0.lastError, $0.deliveredAt) = (.delivered, status, nil, now)
        }
    }

    func failedAttempt(
        _ id: String, sender: String, status: Int?, error: String, nextAttempt: Timestamp
    ) throws(DatabaseError) -> Bool {
        try change(id, sender) {
            ($0.lastStatus, $0.lastError, $0.nextAttempt) = (status, error, nextAttempt)
        }
    }

    func abandon(_ id: String, sender: String, status: Int?, error: String) throws(DatabaseError) -> Bool {
        try change(id, sender) { ($0.status, $0.lastStatus, $0.lastError) = (.abandoned, status, error) }
    }

    func callbacks(of task: TaskID) throws(DatabaseError) -> [Callback] {
        try database.read { state in state.callbacks.filter { $0.task == task }.map(\.callback) }
    }

    func resend(_ task: TaskID, now: Timestamp) throws(DatabaseError) -> Int {
        try database.change { (state) throws(DatabaseError) in
            let own = state.callbacks.indices.filter { index in
                let callback = state.callbacks[index]
                let isFree = callback.status == .pending && callback.sender == nil
                return callback.task == task && (isFree || callback.status == .abandoned)
            }
            for index in own {
                if state.callbacks[index].status == .abandoned { state.callbacks[index].createdAt = now }
                (state.callbacks[index].status, state.callbacks[index].nextAttempt) = (.pending, now)
            }
            return own.count
        }
    }

    /// Changes a callback that `sender` has in its hands, and takes it from them.
    private func change(
        _ id: String, _ sender: String, _ body: (inout MemoryCallback) -> Void
    ) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in
            let found = state.callbacks.firstIndex {
                $0.new.id == id && $0.sender == sender && $0.status == .pending
            }
            guard let found else { return false }
            body(&state.callbacks[found])
            state.callbacks[found].sender = nil
            return true
        }
    }
}
