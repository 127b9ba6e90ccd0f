import ArgumentParser
import Logging
import Runtime

/// `focust-video serve`: the server in the foreground, until SIGTERM or SIGINT.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve playback, API and uploads behind nginx, and convert what was uploaded.")

    func run() throws {
        let settings = try SettingsLoader.load()
        // Before any thread starts, so that all of them leave the signals to this one.
        let termination = Termination()
        let log = LogSetup.logger(settings)
        do {
            let process = try ServerProcess(settings, log: log)
            log.notice("started", metadata: ["version": "\(Version.number)"])
            termination.wait()
            log.notice("stopping")
            process.stop()
            log.notice("stopped")
        } catch {
            log.critical("start_failed", metadata: ["cause": "\(error)"])
            throw ExitCode.failure
        }
    }
}
