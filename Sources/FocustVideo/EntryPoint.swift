import ArgumentParser
import Glibc

/// Where the process begins.
@main
enum EntryPoint {
    /// Exit codes: 0 done, 1 failed, 2 wrong usage or settings.
    static func main() {
        do {
            var command = try FocustVideo.parseAsRoot()
            try command.run()
        } catch {
            let code = FocustVideo.exitCode(for: error).rawValue
            let message = FocustVideo.fullMessage(for: error)
            if !message.isEmpty { code == 0 ? print(message) : Console.error(message) }
            // ArgumentParser uses sysexits.h; 64 is EX_USAGE.
            exit(code == ExitCode.validationFailure.rawValue ? ExitCode.usageOrSettings.rawValue : code)
        }
    }
}

extension ExitCode {
    /// Wrong usage, or settings that do not allow a start.
    static let usageOrSettings = ExitCode(2)
}
