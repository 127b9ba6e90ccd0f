import Crypto
import DatabaseSQLite
import MediaClient
import MediaProtocol
import System

/// The libraries found at run time, and the codecs in them.
struct LibraryCheck {
    func findings() -> [Finding] {
        let own = [OpenSSLLibrary.version, SQLiteLibrary.version]
        do {
            let facts = try MediaProgram.installed().describe()
            let versions = Finding(.good, "libraries", (facts.versions + own).joined(separator: ", "))
            return [versions] + LibraryFacts.neededEncoders.map { encoder($0, facts) }
        } catch {
            let advice = "Install focust-video again; FFmpeg's libraries of Debian must be there."
            return [
                Finding(.good, "libraries", own.joined(separator: ", ")),
                Finding(.problem, MediaProgram.name, "does not run: \(error)", advice: advice),
            ]
        }
    }

    private func encoder(_ name: String, _ facts: LibraryFacts) -> Finding {
        facts.encoders.contains(name)
            ? Finding(.good, name, "is there")
            : Finding(
                .problem, name, "this FFmpeg cannot encode with it",
                advice: "Install Debian's libavcodec, built with libx264.")
    }
}
