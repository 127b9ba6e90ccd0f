import Database
import Domain
import Files

extension Refusal {
    /// What a failure of the file system means to a client: a full disk is no fault of ours, the rest is.
    init(_ error: FileError) {
        self = error.isOutOfSpace ? .noSpace : Refusal(.internal, "The storage failed.")
        cause = error.description
    }

    /// What a failure of the database means to a client.
    init(_ error: DatabaseError) {
        self = error.isFull ? .noSpace : Refusal(.internal, "The database failed.")
        cause = error.description
    }

    /// Less is free than the sysadmin wants to keep, or nothing at all.
    static var noSpace: Refusal {
        Refusal(.insufficientStorage, "The server has too little free disk space.", retryAfter: 600)
    }

    /// Runs `work` and turns its failure into a refusal.
    static func rethrow<Value>(_ work: () throws(FileError) -> Value) throws(Refusal) -> Value {
        do { return try work() } catch { throw Refusal(error) }
    }

    /// Runs `work` and turns its failure into a refusal.
    static func rethrow<Value>(_ work: () throws(DatabaseError) -> Value) throws(Refusal) -> Value {
        do { return try work() } catch { throw Refusal(error) }
    }
}
