import Glibc
import Settings

/// The files that hold secrets, as the settings name them.
enum SecretFiles {
    /// Those that are there: files of single secrets, and the settings file where it holds one itself.
    static func all() -> [String] {
        guard let source = try? SettingsSource() else { return [] }
        let secrets = Setting.all.filter(\.isSecret).map(\.name)
        var paths = secrets.compactMap { source.values["\($0)_FILE"] }
        if let start = source.values["FOCUST_SECRETS"], !start.isEmpty { paths += secrets.map { start + $0 } }
        if let file = source.file, !inSettingsFile().isEmpty { paths.append(file) }
        return paths.filter { access($0, F_OK) == 0 }
    }

    /// The secrets that stand in the settings file.
    static func inSettingsFile() -> [String] {
        guard let source = try? SettingsSource() else { return [] }
        return Setting.all.filter { $0.isSecret && source.fromFile[$0.name]?.isEmpty == false }.map(\.name)
    }
}
