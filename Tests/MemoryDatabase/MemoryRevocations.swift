import Database
import Domain

/// The revocations in memory.
struct MemoryRevocations: Revocations {
    let database: MemoryDatabase

    func add(_ revocation: Revocation) throws(DatabaseError) {
        try database.change { (state) throws(DatabaseError) in
            let old = state.revocations.first { $0.revocation.subject == revocation.subject }?.revocation
            let kept = Revocation(
                subject: revocation.subject,
                revokedAt: max(revocation.revokedAt, old?.revokedAt ?? revocation.revokedAt),
                expiresAt: max(revocation.expiresAt, old?.expiresAt ?? revocation.expiresAt))
            state.revocations.removeAll { $0.revocation.subject == revocation.subject }
            state.lastRevocation += 1
            state.revocations.append((state.lastRevocation, kept))
        }
    }

    func changes(since sequence: Int64) throws(DatabaseError) -> RevocationChanges {
        try database.read { state in
            let new = state.revocations.filter { $0.sequence > sequence }
            return RevocationChanges(
                revocations: new.map(\.revocation), sequence: new.last?.sequence ?? sequence)
        }
    }

    func void(_ authority: Authority) throws(DatabaseError) -> Bool {
        try database.read { $0.revocations.map(\.revocation).void(authority) }
    }

    func prune(now: Timestamp) throws(DatabaseError) -> Int {
        try database.change { (state) throws(DatabaseError) in
            let before = state.revocations.count
            state.revocations.removeAll { $0.revocation.expiresAt <= now }
            return before - state.revocations.count
        }
    }
}
