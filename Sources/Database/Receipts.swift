import Domain

/// What requests that may be repeated were answered. The receipt of an upload that becomes a job is added with the job,
/// in one transaction (`JobQueue.enqueue`).
package protocol Receipts: Sendable {
    /// The receipt of that id; nil where there is none, or it has expired.
    func receipt(_ id: String, now: Timestamp) throws(DatabaseError) -> Receipt?

    /// Adds a receipt, and forgets the oldest where there are more than `QueueRules.maxReceipts`. False, and nothing
    /// done, where there is one of its id.
    @discardableResult
    func add(_ receipt: Receipt, now: Timestamp) throws(DatabaseError) -> Bool

    /// Forgets those that have expired. Returns how many.
    @discardableResult
    func prune(now: Timestamp) throws(DatabaseError) -> Int
}
