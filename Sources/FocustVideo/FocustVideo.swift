import ArgumentParser

/// The command line.
struct FocustVideo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "focust-video",
        abstract: "A secure video server behind nginx: uploads in, encrypted HLS out.",
        discussion: """
            Settings come from the environment, or from the file that FOCUST_CONFIG names; below /usr, from
            /etc/focust-video/focust-video.env where it names none.
            Exit codes: 0 done, 1 failed, 2 wrong usage or settings.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Work.self, Check.self, NginxCommand.self, SettingsCommand.self, Convert.self,
            TokenCommand.self, TasksCommand.self, RenditionsCommand.self,
            Import.self,
        ])
}
