/// What a scrape asks other rooms for; nil, or nothing, where they cannot say.
package struct ServerProbes: Sendable {
    /// Jobs by status.
    package let queueDepth: @Sendable () -> [(status: String, count: Int)]
    /// How long the oldest queued job has waited; 0 where none waits.
    package let queueOldestSeconds: @Sendable () -> Double?
    /// Queued jobs that wait for free space.
    package let queueWaitingForSpace: @Sendable () -> Int?
    /// Callbacks that wait for being delivered.
    package let callbacksPending: @Sendable () -> Int?
    /// Free bytes of the file system that holds the data.
    package let diskFreeBytes: @Sendable () -> Int?

    package init(
        queueDepth: @escaping @Sendable () -> [(status: String, count: Int)],
        queueOldestSeconds: @escaping @Sendable () -> Double?,
        queueWaitingForSpace: @escaping @Sendable () -> Int?,
        callbacksPending: @escaping @Sendable () -> Int?, diskFreeBytes: @escaping @Sendable () -> Int?
    ) {
        self.queueDepth = queueDepth
        self.queueOldestSeconds = queueOldestSeconds
        self.queueWaitingForSpace = queueWaitingForSpace
        self.callbacksPending = callbacksPending
        self.diskFreeBytes = diskFreeBytes
    }
}
