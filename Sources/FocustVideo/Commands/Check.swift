import ArgumentParser
import Doctor
import Formats
import Glibc
import Settings

/// `focust-video check`: whether the server would start and work, without starting it.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Check settings, secrets, directories, services, libraries, clock and nginx, and ask the server.",
        discussion: """
            Run it as root, who may look everywhere; it changes nothing.
            Exit codes: 0 all is well (there may be warnings), 1 something is wrong, 2 the settings are.
            """)

    @Flag(help: "Print the findings as JSON.") var json = false

    func run() throws {
        let settings: Settings
        do throws(SettingsErrors) {
            settings = try SettingsLoader.read(for: .serve)
        } catch {
            report(RightsCheck().finding().map { [$0] } ?? error.errors.map(\.finding))
            throw ExitCode.usageOrSettings
        }
        let findings = Examination(settings: settings).findings()
        report(findings)
        if findings.contains(where: { $0.level == .problem }) { throw ExitCode.failure }
    }

    private func report(_ findings: [Finding]) {
        guard json else {
            for finding in findings { print(finding.text) }
            return
        }
        let value: JSONValue = ["findings": .array(findings.map(\.json))]
        print(String(decoding: value.serialized(), as: UTF8.self))
    }
}
