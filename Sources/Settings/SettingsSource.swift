import Glibc
import System

/// Where the settings of this process come from: its environment, and the file that `FOCUST_CONFIG` names.
package struct SettingsSource: Sendable {
    /// The largest settings or secrets file that is read, in bytes.
    private static let maxFileBytes = 1 << 20
    /// Where the package keeps the settings: `focust-video.env`, or `staging.env` of the instance `staging`.
    private static let packageDirectory = "/etc/focust-video"

    /// All of them. What the environment says wins over the file, as a person who tries something out expects.
    package let values: [String: String]
    /// The settings file; nil where there is none.
    package private(set) var file: String?
    /// What it says.
    package private(set) var fromFile: [String: String] = [:]

    /// As they are now: the environment of the start, and what the file says today.
    package init() throws(SettingsErrors) {
        let environment = Environment.values()
        let installed = Self.installedFile(try Self.instance())
        guard let path = environment["FOCUST_CONFIG"] ?? installed, !path.isEmpty else {
            values = environment
            return
        }
        guard let bytes = Self.read(path), let text = String(validating: bytes, as: UTF8.self) else {
            let error = SettingsError(
                name: "FOCUST_CONFIG", found: path, expected: "a readable file of UTF-8 text")
            throw SettingsErrors(errors: [error])
        }
        do {
            fromFile = try EnvironmentFile.parse(text)
        } catch {
            throw SettingsErrors(errors: [error])
        }
        values = fromFile.merging(environment) { $1 }
        file = path
    }

    /// The instance that the environment names; throws where that is no name of one.
    private static func instance() throws(SettingsErrors) -> String {
        var reader = SettingsReader(values: Environment.values(), role: .nginx) { _ in nil }
        let instance = Settings.readInstance(&reader)
        guard reader.errors.isEmpty else { throw SettingsErrors(errors: reader.errors) }
        return instance
    }

    /// The settings for `role`; throws a line for each that is missing or wrong.
    package func settings(for role: Settings.Role) throws(SettingsErrors) -> Settings {
        try Settings(values: values, role: role, cores: Machine.cores, readFile: Self.read)
    }

    /// The package's settings file, for an executable that was installed: who types `focust-video check` means that.
    /// Nil in a checkout, and where this user may not read it.
    private static func installedFile(_ instance: String) -> String? {
        packageFile(instance).flatMap { access($0, R_OK) == 0 ? $0 : nil }
    }

    /// Whether it is there or not; nil in a checkout.
    private static func packageFile(_ instance: String) -> String? {
        guard Machine.executable.utf8.starts(with: "/usr/".utf8) else { return nil }
        return "\(packageDirectory)/\(instance.isEmpty ? "focust-video" : instance).env"
    }

    /// A file or directory of settings or secrets that this user may not read; nil where there is none.
    package static func forbiddenPath() -> String? {
        let installed = (try? instance()).flatMap(packageFile)
        if let file = Environment.values()["FOCUST_CONFIG"] ?? installed, isForbidden(file) { return file }
        // Settings that cannot be read for another reason are complained of as they are.
        guard let start = (try? SettingsSource())?.values["FOCUST_SECRETS"],
            let end = start.lastIndex(of: "/")
        else { return nil }
        return isForbidden("\(start[...end])-") ? String(start[..<end]) : nil
    }

    private static func isForbidden(_ path: String) -> Bool { access(path, R_OK) != 0 && errno == EACCES }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maxFileBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return ferror(file) == 0 && count < maxFileBytes ? Array(bytes[..<count]) : nil
    }
}
