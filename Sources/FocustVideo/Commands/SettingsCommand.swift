import ArgumentParser
import Settings

/// `focust-video settings`: every setting with its default and meaning, as the server knows them.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "List every setting with its default and meaning.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// A settings file in which everything is commented out.
        case env
        case markdown
    }

    @Option(help: "env: a commented settings file; markdown: a table.") var format = Format.markdown
    @Flag(help: "What is set here, as NAME=value, without secrets.") var given = false

    func run() throws {
        if given {
            let values = try SettingsSource().values
            print(SettingsList.given(values), terminator: "")
            return
        }
        switch format {
        case .env: print(SettingsList.environmentFile, terminator: "")
        case .markdown: print(SettingsList.table, terminator: "")
        }
    }
}
