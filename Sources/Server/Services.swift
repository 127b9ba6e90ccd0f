import Callbacks
import Database
import Files
import Logging
import MediaClient
import Metrics
import Outbound
import Settings
import System
import Tokens

/// What the handlers work with; made once, when the process starts.
package struct Services: Sendable {
    package let settings: Settings
    package let issuer: TokenIssuer
    package let revocations: RevocationList
    /// Nil where users have no sessions that this server could verify.
    package let identity: IdentityVerifier?
    /// Nil where the site is not asked.
    package let eligibility: EligibilityClient?
    package let database: any Database
    package let files: DataDirectory
    /// The room that is left for uploads.
    let space: FreeSpace
    /// Looks into uploads.
    package let media: MediaProgram
    /// Tells the conversion threads of every process that a job was queued.
    package let conversionWakeUp: WakeFile
    /// Makes the callback of an upload that failed before it could be queued.
    let callbacks: CallbackComposer
    /// Tells the sender of callbacks that one was stored.
    package let callbackWakeUp: WakeFile
    package let metrics: ServerMetrics
    /// All metrics of the process but those of requests.
    let registry: MetricsRegistry
    package let clock: SystemClock
    package let log: Logger

    package init(
        settings: Settings, issuer: TokenIssuer, revocations: RevocationList,
        identity: IdentityVerifier?, eligibility: EligibilityClient?, database: any Database,
        files: DataDirectory, media: MediaProgram, conversionWakeUp: WakeFile, callbackWakeUp: WakeFile,
        callbacks: CallbackComposer, metrics: ServerMetrics, registry: MetricsRegistry, clock: SystemClock,
        log: Logger
    ) {
        self.settings = settings
        self.issuer = issuer
        self.revocations = revocations
        self.identity = identity
        self.eligibility = eligibility
        self.database = database
        self.files = files
        space = FreeSpace(files, floor: settings.minFreeBytes)
        self.media = media
        self.conversionWakeUp = conversionWakeUp
        self.callbackWakeUp = callbackWakeUp
        self.callbacks = callbacks
        self.metrics = metrics
        self.registry = registry
        self.clock = clock
        self.log = log
    }
}
