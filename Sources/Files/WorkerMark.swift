import Domain
import Glibc

/// Says that a process lives, for as long as it does: a locked file in `state/workers/`, after which the process names
/// its workers.
///
/// When the process dies, however that happens, the kernel drops the lock, and others know at once that its jobs are
/// nobody's. A process id would not do: another process may bear it by then.
package final class WorkerMark: Sendable {
    private let path: String
    private let descriptor: Int32

    init(_ tree: DataDirectory) throws(FileError) {
        try FileSystem.makeDirectory(tree.workersPath, mode: DataDirectory.privateMode)
        (path, descriptor) = try ExclusiveLock.make(in: tree.workersPath, prefix: "") {
            (path) throws(FileError) in
            try FileSystem.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// The name of the process's worker number `number`.
    package func worker(_ number: Int) -> String {
        "\(path.split(separator: "/").last ?? "")-\(number)"
    }
}

extension DataDirectory {
    static let workersFolder = "\(StoredFile.state)/workers"
    var workersPath: String { absolutePath(Self.workersFolder) }

    /// A mark for this process.
    package func makeWorkerMark() throws(FileError) -> WorkerMark {
        try WorkerMark(self)
    }

    /// Whether the process of that worker lives. Where that cannot be found out, it does: its lease decides then.
    package func isAlive(worker: String) -> Bool {
        let mark = worker.prefix { $0 != "-" }
        do throws(FileError) {
            return try !ExclusiveLock.ifAbandoned("\(workersPath)/\(mark)") {}
        } catch {
            return true
        }
    }
}
