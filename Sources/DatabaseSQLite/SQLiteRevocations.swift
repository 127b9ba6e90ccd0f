import CSQLite
import Database
import Domain

/// The list of revocations in SQLite.
struct SQLiteRevocations: Revocations {
    let database: SQLiteDatabase

    func add(_ revocation: Revocation) throws(DatabaseError) {
        let (kind, target) = revocation.subject.columns
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.insert).run([
                .text(kind), .text(target), .integer(revocation.revokedAt.milliseconds),
                .integer(revocation.expiresAt.milliseconds),
            ])
        }
    }

    func changes(since sequence: Int64) throws(DatabaseError) -> RevocationChanges {
        let rows = try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.after).all([.integer(sequence)]) { (row) throws(DatabaseError) in
                (row.integer64(0), try Self.decoded(row))
            }
        }
        return RevocationChanges(revocations: rows.map(\.1), sequence: rows.last?.0 ?? sequence)
    }

    func void(_ authority: Authority) throws(DatabaseError) -> Bool {
        try database.read { (connection) throws(DatabaseError) in try Self.void(authority, connection) }
    }

    /// Whether a stored revocation voids `authority`, asked within a transaction that is open.
    static func void(_ authority: Authority, _ connection: Connection) throws(DatabaseError) -> Bool {
        for subject in authority.subjects {
            let (kind, target) = subject.columns
            let revokedAt = try connection.prepared(Self.reach).first([.text(kind), .text(target)]) { (row) in
                Timestamp(milliseconds: row.integer64(0))
            }
            if let revokedAt, authority.isVoid(by: subject, upTo: revokedAt) { return true }
        }
        return false
    }

    func prune(now: Timestamp) throws(DatabaseError) -> Int {
        try database.write { (connection) throws(DatabaseError) in
            try connection.prepared(Self.forget).run([.integer(now.milliseconds)])
            return connection.changes
        }
    }

    private static func decoded(_ row: borrowing Row) throws(DatabaseError) -> Revocation {
        guard let subject = Revocation.Subject(kind: row.text(1), target: row.text(2)) else {
            // Skipping it would quietly admit a revoked token.
            throw DatabaseError(
                SQLITE_MISMATCH, operation: "decode revocation", message: "unknown kind \"\(row.text(1))\"")
        }
        return Revocation(
            subject: subject, revokedAt: Timestamp(milliseconds: row.integer64(3)),
            expiresAt: Timestamp(milliseconds: row.integer64(4)))
    }

    /// A replaced row gets a new number, which is how followers notice it.
    private static let insert = """
        INSERT OR REPLACE INTO revocation (kind, target, revoked_at, expires_at) VALUES (?1, ?2,
            MAX(?3, IFNULL((SELECT revoked_at FROM revocation WHERE kind = ?1 AND target = ?2), ?3)),
            MAX(?4, IFNULL((SELECT expires_at FROM revocation WHERE kind = ?1 AND target = ?2), ?4)))
        """

    static let after = """
        SELECT seq, kind, target, revoked_at, expires_at FROM revocation WHERE seq > ?1 ORDER BY seq
        """

    static let reach = "SELECT revoked_at FROM revocation WHERE kind = ?1 AND target = ?2"

    static let forget = "DELETE FROM revocation WHERE expires_at <= ?1"
}
