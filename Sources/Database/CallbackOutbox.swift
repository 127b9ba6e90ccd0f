import Domain

/// Callbacks waiting to be sent. One is born in the transaction that ends its job, so there is never one
/// without the other; it is delivered at least once, by whichever process claims it.
package protocol CallbackOutbox: Sendable {
    /// Leases up to `limit` due callbacks to `sender`, longest due first. If the sender dies, they are due
    /// again when the lease is over.
    func claim(
        sender: String, limit: Int, lease: Duration, now: Timestamp
    ) throws(DatabaseError) -> [Callback]

    /// When the next callback is due; nil where none is pending.
    func nextDue() throws(DatabaseError) -> Timestamp?

    /// How many wait to be delivered.
    func pendingCount() throws(DatabaseError) -> Int

    /// The receiver has answered with success. False where the lease was lost.
    @discardableResult
    func delivered(_ id: String, sender: String, status: Int, now: Timestamp) throws(DatabaseError) -> Bool

    /// An attempt failed and another will follow. False where the lease was lost.
    @discardableResult
    func failedAttempt(
        _ id: String, sender: String, status: Int?, error: String, nextAttempt: Timestamp
    ) throws(DatabaseError) -> Bool

    /// The last attempt failed too; no other follows. False where the lease was lost.
    @discardableResult
    func abandon(_ id: String, sender: String, status: Int?, error: String) throws(DatabaseError) -> Bool

    /// The callbacks of a task, oldest first.
    func callbacks(of task: TaskID) throws(DatabaseError) -> [Callback]

    /// Makes a task's callbacks that were abandoned, or pause after a failure, due at once; the day of an abandoned one
    /// starts anew. One that a sender has in its hands is left to it. Returns how many.
    func resend(_ task: TaskID, now: Timestamp) throws(DatabaseError) -> Int
}
