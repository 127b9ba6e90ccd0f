import Glibc
import Logging

/// What the journal takes from standard error beside the text: a line's priority, as a prefix that it removes
/// (sd-daemon(3)).
package enum Journal {
    /// Whether the journal reads standard error: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)). A process
    /// whose standard error was redirected inherits the variable all the same.
    package static func reads(_ environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> Bool {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(descriptor, &status) == 0 else {
            return false
        }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// The priority of syslog(3) as a prefix: "<4>".
    static func prefix(_ level: Logger.Level) -> String {
        let priority =
            switch level {
            case .critical: LOG_CRIT
            case .error: LOG_ERR
            case .warning: LOG_WARNING
            case .notice: LOG_NOTICE
            case .info: LOG_INFO
            case .debug, .trace: LOG_DEBUG
            }
        return "<\(priority)>"
    }
}
