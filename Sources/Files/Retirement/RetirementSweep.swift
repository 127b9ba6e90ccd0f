import Domain
import Glibc

/// Removes retired versions when their time has come. For one thread, that runs it again and again.
///
/// The list is read when it has changed, or when one of it is due; otherwise a look costs one system call.
package struct RetirementSweep {
    private let files: DataDirectory
    /// Seconds that a version is kept at most.
    private let limit: Int
    /// When the list had last changed, in nanoseconds since 1970, as it was read; nil: it must be read.
    private var changed: Int?
    /// The second at which the next of the list is due.
    private var next = Int.max
    /// For how long the clock had gone on at the last look.
    private var steadySeconds: Int64 = 0

    package init(files: DataDirectory, limit: Int) {
        self.files = files
        self.limit = limit
    }

    /// Removes those that are due; answers their lessons, for the log.
    ///
    /// `steadySeconds`: for how long the clock has gone on without a jump. One that was set ahead makes versions look old
    /// that were replaced a moment ago, so the clock must have gone on for as long as a version is kept.
    package mutating func run(
        now: Timestamp, steadySeconds: Int64
    ) throws(FileError) -> [LessonLocation] {
        let changed = try files.retiredChange()
        let hasJumped = steadySeconds < self.steadySeconds
        self.steadySeconds = steadySeconds
        guard changed != self.changed || next <= now.seconds || hasJumped else { return [] }
        self.changed = nil
        next = .max
        var removed: [LessonLocation] = []
        for entry in try files.retiredEntries() {
            let retirement = entry.version.retirement
            let wait = retirement.life(keeping: limit) - Int(clamping: steadySeconds)
            let end = max(retirement.end(keeping: limit), now.seconds + max(0, wait))
            guard end <= now.seconds else {
                next = min(next, end)
                continue
            }
            let location = try files.location(of: entry)
            switch try files.remove(entry) {
            case .removed: if let location { removed.append(location) }
            case .absent: break
            case .busy: return removed
            }
        }
        // Two changes within one tick of the file system's clock look like one: a young change does not count as seen.
        if changed < (now.seconds - 2) * 1_000_000_000 { self.changed = changed }
        return removed
    }
}

extension DataDirectory {
    /// When an entry was last written or removed, in nanoseconds since 1970.
    fileprivate func retiredChange() throws(FileError) -> Int {
        var status = stat()
        let path = absolutePath(Self.retiredFolder)
        guard stat(path, &status) == 0 else { throw .last("stat", path) }
        return Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    }
}
