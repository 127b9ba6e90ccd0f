import Logging
import Settings

/// Reads the settings again when the process is told to, and takes over those that can change while it runs.
struct Reload {
    private let role: Settings.Role
    private let log: Logger
    /// What the process was started with, and what it goes by now.
    private let started: Settings
    private var current: Settings

    init(_ settings: Settings, role: Settings.Role, log: Logger) {
        self.role = role
        self.log = log
        started = settings
        current = settings
    }

    /// Hands new settings to `apply`; where anything is wrong with them, keeps the old ones and logs one line that
    /// names all of it. Answers whether they were good.
    mutating func run(apply: (Settings) -> Void) -> Bool {
        do {
            let settings = try SettingsLoader.read(for: role)
            apply(settings)
            report(settings)
            current = settings
            return true
        } catch {
            let causes = error.errors.map(\.description).joined(separator: "; ")
            log.error("reload_refused", metadata: ["cause": "\(causes)"])
            return false
        }
    }

    /// A setting that waits for a restart is named at every reload until then.
    private func report(_ settings: Settings) {
        let changed = current.changes(to: settings).filter(\.isLive).map(\.name)
        let waiting = started.changes(to: settings).filter { !$0.isLive }.map(\.name)
        log.notice(
            "reloaded",
            metadata: ["changed": changed.isEmpty ? "nothing" : "\(changed.joined(separator: " "))"])
        if !waiting.isEmpty {
            log.warning("restart_needed", metadata: ["changed": "\(waiting.joined(separator: " "))"])
        }
    }
}
