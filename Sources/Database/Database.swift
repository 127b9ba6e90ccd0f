/// The server's durable state: jobs, revocations, callbacks, receipts.
///
/// This target's surface is values and these protocols. Only `DatabaseSQLite` speaks SQL, and only the executable's `Storage`
/// names it. Another engine, one for several machines, is a target beside it that keeps the promises written here;
/// `DatabaseTests` hold every engine to them.
package protocol Database: Sendable {
    var jobs: any JobQueue { get }
    var revocations: any Revocations { get }
    var callbacks: any CallbackOutbox { get }
    var receipts: any Receipts { get }

    /// A watch for one follower.
    func makeChangeWatch() throws(DatabaseError) -> any ChangeWatch

    /// Asks something trivial; throws where the state cannot be read, or is not the one that was opened. For readiness
    /// probes.
    func ping() throws(DatabaseError)
}
