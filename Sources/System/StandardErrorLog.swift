import Domain
import Glibc
import Logging
import Synchronization

/// Writes log lines to standard error, where systemd and `make run` pick them up.
///
/// One write(2) a line, so that lines of several threads never mix.
package struct StandardErrorLog: LogHandler {
    /// The threshold's, unless this copy of the logger was given one of its own.
    package var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }
    package var metadata: Logger.Metadata = [:]
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?
    private let format: LogFormat
    private let clock: SystemClock
    private let isJournal: Bool

    /// - Parameter isJournal: whether the journal reads standard error; see `Journal`.
    package init(
        threshold: LogThreshold, format: LogFormat, clock: SystemClock, isJournal: Bool = false
    ) {
        self.isJournal = isJournal
        self.threshold = threshold
        self.format = format
        self.clock = clock
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = LogLine(format)
        line.append("time", clock.now().iso8601)
        line.append("level", event.level.rawValue)
        line.append("event", event.message.description)
        let own = event.metadata ?? [:]
        for (key, value) in metadata.merging(own, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            line.append(key, value.description)
        }
        var text = (isJournal ? Journal.prefix(event.level) : "") + line.finished()
        // A log that cannot be written has nowhere to say so.
        text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// The least level of a line that is written, for every copy of the process's logger; can change while it runs.
package final class LogThreshold: Sendable {
    private let index: Atomic<Int>

    package init(_ level: Logger.Level) {
        index = Atomic(Self.index(of: level))
    }

    package var level: Logger.Level {
        get { Logger.Level.allCases[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
