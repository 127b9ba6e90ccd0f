import Settings

/// All that `focust-video check` looks at, in the order of its report. It changes nothing.
package struct Examination {
    private let settings: Settings

    package init(settings: Settings) { self.settings = settings }

    package func findings() -> [Finding] {
        // It could be read just now; without it there is only nothing to compare.
        let file = (try? SettingsSource().fromFile) ?? [:]
        let own =
            [Finding(.good, "settings", "complete")] + SettingsFileCheck(values: file).findings()
            + AddressCheck(settings: settings).findings()
            + SecretCheck(settings: settings).findings() + StorageCheck(settings: settings).findings()
            + [DatabaseCheck(settings: settings).finding()].compactMap(\.self)
            + SocketCheck(settings: settings).findings() + LibraryCheck().findings()
            + ConfinementCheck().findings() + PackageCheck().findings()
            + ClockCheck(settings: settings).findings() + ServiceCheck(settings: settings).findings()
        let answers = AnswerCheck(settings: settings).findings()
        switch NginxCheck(settings: settings).state() {
        case .unknown(let finding): return own + [finding] + answers
        case .read(let configuration):
            return own + NginxCheck(settings: settings).findings(configuration)
                + NginxSiteCheck(settings: settings, configuration: configuration).findings()
                + ProxyCheck(settings: settings, configuration: configuration).findings()
                + BodyDirectoryCheck(settings: settings, configuration: configuration).findings()
                + ReachCheck(settings: settings, configuration: configuration).findings() + answers
        }
    }
}
