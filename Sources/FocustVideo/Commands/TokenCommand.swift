import ArgumentParser
import Crypto
import Domain
import Settings
import System
import Tokens

/// `focust-video token play|download`: issues a token by hand, for trying things out.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Issue a media token by hand.",
        subcommands: [Play.self, Download.self])

    struct Play: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A token that plays one lesson.")

        @Argument(help: "trainer_id/course_id/module_id/lesson_id") var rel: String
        @Option(help: "The user the token is for.") var userID = "by-hand"
        @Option(help: "web or mobile") var platform = "web"
        @Option(help: "Lifetime in seconds; TOKEN_EXPIRY if left out.") var ttl: Int?
        @Option(help: "Opens renditions alone whose shorter side is this at most, pixels.") var maxHeight:
            Int?

        func run() throws {
            guard let lesson = LessonPath(rel) else {
                throw ValidationError("rel must be four ids joined by /.")
            }
            guard let user = UserID(userID) else {
                throw ValidationError("--user-id must be 1 to \(UserID.maxLength) characters.")
            }
            guard let platform = [Platform.web, .mobile].first(where: { $0.rawValue == self.platform }) else {
                throw ValidationError("--platform must be web or mobile.")
            }
            guard (1...65_535).contains(maxHeight ?? 1) else {
                throw ValidationError("--max-height must be 1 or more.")
            }
            try TokenCommand.issue(
                .play(user: user, lesson: lesson, platform: platform, maxHeight: maxHeight), ttl
            ) { $0.tokenExpiry }
        }
    }

    struct Download: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A token that downloads a lesson's original.")

        @Argument(help: "trainer_id/course_id/module_id/lesson_id") var rel: String
        @Argument(help: "The stored file's name.") var filename: String
        @Option(help: "The user the token is for.") var userID = "by-hand"
        @Option(help: "Lifetime in seconds; 900 if left out.") var ttl: Int?

        func run() throws {
            guard let lesson = LessonPath(rel) else {
                throw ValidationError("rel must be four ids joined by /.")
            }
            guard let user = UserID(userID) else {
                throw ValidationError("--user-id must be 1 to \(UserID.maxLength) characters.")
            }
            guard let name = Filename(filename) else {
                throw ValidationError("That is no stored file's name.")
            }
            try TokenCommand.issue(.download(user: user, target: .lesson(lesson), filename: name), ttl) { _ in
                900
            }
        }
    }

    private static func issue(_ token: MediaToken, _ ttl: Int?, or fallback: (Settings) -> Int) throws {
        let settings = try SettingsLoader.load()
        let lifetime = ttl ?? fallback(settings)
        guard (1...settings.maxTTL).contains(lifetime) else {
            throw ValidationError("--ttl must be from 1 to \(settings.maxTTL).")
        }
        let signer = TokenSigner(key: HMACSHA256(key: settings.signingKey.bytes))
        print(TokenIssuer(signer: signer, clock: .system).issue(token, lifetime: lifetime))
    }
}
