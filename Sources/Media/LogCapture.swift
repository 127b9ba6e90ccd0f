import CLibAV
import Glibc
import MediaProtocol
import Synchronization

/// What libav logged during one probe or conversion: the last error goes into the error that is thrown, every
/// warning and error to whoever asked for lines.
///
/// libav's log callback is one for the process. A line finds its capture by the thread that logs, or, from a
/// codec's own worker threads, by the `opaque` pointer of the codec context that logs.
final class LogCapture: Sendable {
    /// Bytes that are kept of one line: file metadata may end up in it.
    private static let maxLineLength = 300

    private let lastError = Mutex<String?>(nil)
    private let forward: (@Sendable (String) -> Void)?

    init(forward: (@Sendable (String) -> Void)? = nil) {
        self.forward = forward
        _ = Self.installed
    }

    /// The last line at level error or worse.
    var lastLine: String? { lastError.withLock { $0 } }

    /// What codec contexts of this work carry in `opaque`. The capture must outlive them.
    var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    /// Runs `work` with this thread's lines captured here, and adds the last one to an error it throws.
    func during<Result>(_ work: () throws(MediaError) -> Result) throws(MediaError) -> Result {
        let outer = pthread_getspecific(Self.threadKey)
        pthread_setspecific(Self.threadKey, opaque)
        defer { pthread_setspecific(Self.threadKey, outer) }
        do {
            return try work()
        } catch {
            var error = error
            error.detail = error.detail ?? lastLine
            throw error
        }
    }

    private static let threadKey: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private static let installed: Void = av_log_set_callback { source, level, format, arguments in
        guard level <= AV_LOG_WARNING, let format, let arguments else { return }
        LogCapture.of(source)?.add(level: level, LogCapture.text(format, arguments))
    }

    private static func of(_ source: UnsafeMutableRawPointer?) -> LogCapture? {
        let pointer = pthread_getspecific(threadKey) ?? codecOpaque(source)
        return pointer.map { Unmanaged<LogCapture>.fromOpaque($0).takeUnretainedValue() }
    }

    /// log.h: every logging struct begins with a pointer to its AVClass; frame threads log with copies of the
    /// codec context, which keep `opaque`.
    private static func codecOpaque(_ source: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let source, let kind = source.load(as: UnsafePointer<AVClass>?.self),
            strcmp(kind.pointee.class_name, "AVCodecContext") == 0
        else { return nil }
        return source.assumingMemoryBound(to: AVCodecContext.self).pointee.opaque
    }

    private static func text(_ format: UnsafePointer<CChar>, _ arguments: CVaListPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: maxLineLength) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return "" }
            vsnprintf(start, buffer.count, format, arguments)
            let printable = String(cString: start).unicodeScalars.filter {
                $0.value >= 0x20 && $0.value != 0x7F
            }
            return String(String.UnicodeScalarView(printable))
        }
    }

    private func add(level: Int32, _ line: String) {
        if level <= AV_LOG_ERROR { lastError.withLock { $0 = line } }
        forward?(line)
    }
}
