import Database
import Domain
import Files

/// What a failure of disk or database means to a client.
enum StorageRefusal {
    /// Runs `work`; a full disk becomes `insufficient_storage`, everything else `internal`.
    static func rethrow<Value: ~Copyable>(_ work: () throws(FileError) -> Value) throws(Refusal) -> Value {
        do {
            return try work()
        } catch {
            throw error.isOutOfSpace ? full : Refusal(.internal, "The storage failed: \(error.operation).")
        }
    }

    /// The same for the database.
    static func rethrow<Value>(_ work: () throws(DatabaseError) -> Value) throws(Refusal) -> Value {
        do {
            return try work()
        } catch {
            throw error.isFull ? full : Refusal(.internal, "The database failed.")
        }
    }

    static var full: Refusal {
        Refusal(.insufficientStorage, "The server has too little free disk space.", retryAfter: 600)
    }
}
