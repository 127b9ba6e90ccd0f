import Database
import Files
import Logging
import Runtime
import Settings
import Tokens

/// What the handlers work with; made once, when the process starts.
package struct Services: Sendable {
    package let settings: Settings
    package let issuer: TokenIssuer
    package let verifier: TokenVerifier
    package let revocations: RevocationList
    package let database: Database
    package let files: DataDirectory
    /// Tells the conversion threads of this process that a job was queued.
    package let conversionWakeUp: WakeUp
    package let clock: SystemClock
    package let log: Logger

    package init(
        settings: Settings, issuer: TokenIssuer, verifier: TokenVerifier, revocations: RevocationList,
        database: Database, files: DataDirectory, conversionWakeUp: WakeUp, clock: SystemClock, log: Logger
    ) {
        self.settings = settings
        self.issuer = issuer
        self.verifier = verifier
        self.revocations = revocations
        self.database = database
        self.files = files
        self.conversionWakeUp = conversionWakeUp
        self.clock = clock
        self.log = log
    }
}
