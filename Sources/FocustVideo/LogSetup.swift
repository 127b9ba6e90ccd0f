import Logging
import Settings
import System

/// The process's log as the settings say.
struct LogSetup {
    let log: Logger
    private let threshold: LogThreshold

    init(_ settings: Settings) {
        let threshold = LogThreshold(Self.level(settings))
        let format = LogFormat(rawValue: settings.logFormat) ?? .logfmt
        self.threshold = threshold
        let isJournal = Journal.reads(Environment.values())
        log = Logger(label: "focust-video") { _ in
            StandardErrorLog(threshold: threshold, format: format, clock: .system, isJournal: isJournal)
        }
    }

    /// Takes over the level of new settings, in every copy of the logger.
    func apply(_ settings: Settings) { threshold.level = Self.level(settings) }

    private static func level(_ settings: Settings) -> Logger.Level {
        Logger.Level(rawValue: settings.logLevel) ?? .info
    }
}
