import Glibc

/// Sees every opening of one file (inotify.h: IN_OPEN), so that a test can say that nobody touched it.
final class OpenCanary {
    private let descriptor: Int32

    init?(path: String) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0, inotify_add_watch(descriptor, path, UInt32(IN_OPEN | IN_ACCESS)) >= 0 else {
            return nil
        }
    }

    deinit {
        close(descriptor)
    }

    /// Whether the file was opened since the last question.
    func wasTouched() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        return read(descriptor, &buffer, buffer.count) > 0
    }
}
