import ArgumentParser
import Settings
import System

/// Reads the settings of this process for a command.
enum SettingsLoader {
    /// The settings, or an exit with a line for each that is missing or wrong.
    static func load(for role: Settings.Role = .serve) throws -> Settings {
        do throws(SettingsErrors) {
            return try read(for: role)
        } catch {
            // "<3>": an error, for the journal to show as one.
            let prefix = Journal.reads(Environment.values()) ? "<3>" : ""
            for error in error.errors { Console.error("\(prefix)focust-video: \(error)") }
            throw ExitCode.usageOrSettings
        }
    }

    /// The settings as they are now.
    static func read(for role: Settings.Role) throws(SettingsErrors) -> Settings {
        try SettingsSource().settings(for: role)
    }
}
