import Domain
import Glibc

/// An upload on disk whose name says which task it belongs to.
package struct WaitingUpload: Equatable, Sendable {
    /// Relative to the root, as the job table keeps it.
    package let path: String
    package let task: TaskID
    package let bytes: ByteCount
    /// When it was received. One without a row may be so young that its row is still to come.
    package let receivedAt: Timestamp

    /// What it is to become; nil where it lies in no place of a lesson or a video.
    package var location: LessonLocation? {
        LessonLocation(path.split(separator: "/").dropFirst().dropLast().joined(separator: "/"))
    }

    /// Nil where the name is not a task's.
    init?(path: String, name: String, _ status: stat) {
        guard let task = TaskID(name.prefix { $0 != "." }) else { return nil }
        self.path = path
        self.task = task
        self.bytes = ByteCount(Int(status.st_size))
        // Of its inode, whose last change was the rename: received slowly, the content is older than the
        // name.
        let changed = status.st_ctim
        self.receivedAt = Timestamp(
            milliseconds: Int64(changed.tv_sec) * 1000 + Int64(changed.tv_nsec) / 1_000_000)
    }
}
