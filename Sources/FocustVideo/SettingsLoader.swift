import ArgumentParser
import Glibc
import Runtime
import Settings

/// Reads the settings of this process: its environment, and the file that `FOCUST_CONFIG` names.
enum SettingsLoader {
    /// The largest settings or secrets file that is read, in bytes.
    private static let maxFileBytes = 1 << 20

    /// Where the package keeps the settings.
    private static let packageFile = "/etc/focust-video/focust-video.env"

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

    /// The settings as they are now: the environment of the start, and what the files say today.
    static func read(for role: Settings.Role) throws(SettingsErrors) -> Settings {
        try Settings(values: try source().values, role: role, cores: Machine.cores, readFile: read)
    }

    /// Where the settings come from.
    struct Source {
        /// All of them. What the environment says wins over the file, as a person who tries something out expects.
        let values: [String: String]
        /// The settings file; nil where there is none.
        var file: String?
        /// What it says.
        var fromFile: [String: String] = [:]
    }

    static func source() throws(SettingsErrors) -> Source {
        let environment = Environment.values()
        guard let path = environment["FOCUST_CONFIG"] ?? installedFile(), !path.isEmpty else {
            return Source(values: environment)
        }
        guard let bytes = read(path), let text = String(validating: bytes, as: UTF8.self) else {
            let error = SettingsError(
                name: "FOCUST_CONFIG", found: path, expected: "a readable file of UTF-8 text")
            throw SettingsErrors(errors: [error])
        }
        do {
            let fromFile = try EnvironmentFile.parse(text)
            return Source(values: fromFile.merging(environment) { $1 }, file: path, fromFile: fromFile)
        } catch {
            throw SettingsErrors(errors: [error])
        }
    }

    /// The package's settings file, for an executable that was installed: who types `focust-video check` means that.
    /// Nil in a checkout, and where this user may not read it.
    private static func installedFile() -> String? {
        let isInstalled = Machine.executable.utf8.starts(with: "/usr/".utf8)
        return isInstalled && access(packageFile, R_OK) == 0 ? packageFile : nil
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maxFileBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return ferror(file) == 0 && count < maxFileBytes ? Array(bytes[..<count]) : nil
    }
}
