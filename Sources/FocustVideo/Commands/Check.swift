import ArgumentParser
import Formats

/// `focust-video check`: whether the server would start and work, without starting it.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check settings, directories, libraries and nginx's configuration.",
        discussion:
            "Exit codes: 0 all is well (there may be warnings), 1 something is wrong, 2 the settings are.")

    @Flag(help: "Print the findings as JSON.") var json = false

    func run() throws {
        let settings = try SettingsLoader.load()
        let findings =
            [Finding(.good, "settings", "complete")] + SecretCheck(settings: settings).findings()
            + StorageCheck(settings: settings).findings() + LibraryCheck().findings()
            + NginxCheck(settings: settings).findings()
        if json {
            let value: JSONValue = ["findings": .array(findings.map(\.json))]
            print(String(decoding: value.serialized(), as: UTF8.self))
        } else {
            for finding in findings { print(finding.text) }
        }
        if findings.contains(where: { $0.level == .problem }) { throw ExitCode.failure }
    }
}
