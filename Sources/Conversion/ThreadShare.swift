/// How the processors are divided among the conversions of this process.
package struct ThreadShare: Sendable {
    private let cores: Int
    private let jobs: Int

    /// - Parameters:
    ///   - cores: processors of the machine.
    ///   - jobs: conversions that may run at once.
    package init(cores: Int, jobs: Int) {
        self.cores = max(1, cores)
        self.jobs = max(1, jobs)
    }

    /// Codec threads for a conversion that begins now.
    ///
    /// - Parameter unfinished: tasks that wait or run, this one too; nil where nobody knows. As many as may run at once
    ///   share the processors; the only one has them all.
    func threads(unfinished: Int?) -> Int {
        let sharers = min(jobs, max(1, unfinished ?? jobs))
        return max(1, cores / sharers)
    }
}
