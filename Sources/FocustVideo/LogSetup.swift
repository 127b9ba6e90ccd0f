import Logging
import Runtime
import Settings

/// Makes the process's logger as the settings say.
enum LogSetup {
    static func logger(_ settings: Settings) -> Logger {
        let level = Logger.Level(rawValue: settings.logLevel) ?? .info
        let format = LogFormat(rawValue: settings.logFormat) ?? .logfmt
        return Logger(label: "focust-video") { _ in
            StandardErrorLog(level: level, format: format, clock: .system)
        }
    }
}
