import Glibc
import MediaProtocol
import System

/// A media process that waits for its order, and is ended with this value if none comes: it loads libav's libraries,
/// 40 ms of work, while the film it is for is still coming in.
package struct PreparedMedia: ~Copyable {
    private var process: ChildProcess

    /// Throws `.resource` where no process can be had.
    init(_ path: String) throws(MediaError) {
        do {
            process = try ChildProcess(path: path, arguments: ["\(getpid())"])
        } catch {
            throw MediaError(
                .resource, "The converter could not be started.", operation: error.operation,
                code: MediaErrorCode(rawValue: -error.code, text: "\(error)"))
        }
    }

    var hasEnded: Bool { process.hasEnded }

    /// The process, the caller's from now on.
    consuming func take() -> ChildProcess { process }
}

extension MediaProgram {
    /// Starts a process for a film that is still to come. Nil where none can be had: whoever needs it then tries again,
    /// and says why not.
    package func prepare() -> PreparedMedia? { try? PreparedMedia(path) }
}
