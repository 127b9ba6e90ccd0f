import Settings

/// The settings file itself: names that are no settings, which are nearly always misspelled.
struct SettingsFileCheck {
    private static let known = Set(
        (Setting.all + Setting.nginx).flatMap { setting in
            setting.isSecret ? [setting.name, setting.name + "_FILE"] : [setting.name]
        })

    /// As `SettingsSource` read them.
    let values: [String: String]

    func findings() -> [Finding] {
        values.keys.filter { !Self.known.contains($0) }.sorted().compactMap(unknown)
    }

    /// Nil where the name may well be for another program: systemd hands the whole file on.
    private func unknown(_ name: String) -> Finding? {
        let near = Self.known.map { (name: $0, distance: Self.distance($0, name)) }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        let guess = near.flatMap { $0.distance <= 3 ? $0.name : nil }
        guard guess != nil || name.hasPrefix("FOCUST_") else { return nil }
        return Finding(
            .warning, name, "is no setting, and has no effect",
            advice: guess.map { "Did you mean \($0)?" }
                ?? "The settings are listed by `focust-video settings`.")
    }

    /// How many letters have to be added, dropped or replaced to make one name the other (Levenshtein's distance).
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other.utf8)
        var row = Array(0...other.count)
        for (line, letter) in one.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for column in other.indices {
                let replaced = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
