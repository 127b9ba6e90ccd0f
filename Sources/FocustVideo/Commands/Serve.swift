import ArgumentParser
import Logging
import Settings
import System

/// `focust-video serve`: the server in the foreground, until SIGTERM or SIGINT.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve playback, API and uploads behind nginx, and convert what was uploaded.",
        discussion: "SIGHUP has it read its settings again, SIGTERM ends it.")

    func run() throws {
        ProcessLimits.hideMemory()
        let settings = try SettingsLoader.load()
        // Before any thread starts, so that all of them leave the signals to this one.
        let signals = Signals()
        let logSetup = LogSetup(settings)
        let log = logSetup.log
        if !OrphanSweep.begin() { log.info("no_orphan_sweep: this process has children of others") }
        let manager = ServiceManager(environment: Environment.values())
        var reload = Reload(settings, role: .serve, log: log)
        do {
            let process = try ServerProcess(settings, manager: manager, log: log)
            log.notice("started", metadata: ["version": "\(Version.number)"])
            manager.tell(.ready)
            signals.waitForEnd {
                manager.tell(.reloading)
                defer { manager.tell(.ready) }
                let isGood = reload.run { settings in
                    process.apply(settings)
                    logSetup.apply(settings)
                }
                process.reloaded(isGood)
            }
            manager.tell(.stopping)
            log.notice("stopping")
            process.stop()
            log.notice("stopped")
        } catch {
            log.critical("start_failed", metadata: ["cause": "\(error)"])
            throw ExitCode.failure
        }
    }
}
