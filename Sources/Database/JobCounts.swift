import Domain

/// The queue in numbers, for metrics and for refusing uploads when it is full.
package struct JobCounts: Equatable, Sendable {
    package let byStatus: [JobStatus: Int]
    /// When the job that has waited longest arrived; nil where none waits.
    package let oldestQueued: Timestamp?

    /// Queued ones that wait for free space.
    package let waitingForSpace: Int

    package init(byStatus: [JobStatus: Int], oldestQueued: Timestamp?, waitingForSpace: Int) {
        self.byStatus = byStatus
        self.oldestQueued = oldestQueued
        self.waitingForSpace = waitingForSpace
    }

    /// 0 for a status that no job has.
    package subscript(status: JobStatus) -> Int { byStatus[status] ?? 0 }
}
