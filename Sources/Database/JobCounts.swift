import Domain

/// The queue in numbers, for metrics and for refusing uploads when it is full.
package struct JobCounts: Equatable, Sendable {
    /// Conversions.
    package let byStatus: [JobStatus: Int]
    /// Jobs that make further renditions.
    package let renditions: [JobStatus: Int]
    /// When the conversion that has waited longest arrived; nil where none waits.
    package let oldestQueued: Timestamp?

    /// Queued conversions that wait for free space.
    package let waitingForSpace: Int

    package init(
        byStatus: [JobStatus: Int], renditions: [JobStatus: Int], oldestQueued: Timestamp?,
        waitingForSpace: Int
    ) {
        self.byStatus = byStatus
        self.renditions = renditions
        self.oldestQueued = oldestQueued
        self.waitingForSpace = waitingForSpace
    }

    /// Conversions; 0 for a status that none has.
    package subscript(status: JobStatus) -> Int { byStatus[status] ?? 0 }
}
