import Conversion
import Crypto
import Database
import FastCGI
import Files
import Glibc
import Logging
import Media
import Outbound
import Runtime
import Server
import Settings
import Tokens

/// The running server: where every room is made and joined to the others.
struct ServerProcess {
    /// Seconds that requests in flight are given when the process stops.
    private static let grace: UInt32 = 10

    private let signal: StopSignal
    private let listeners: [Listener]
    private let threads: [Runtime.Thread]

    /// Opens everything and starts all threads; throws what cannot be opened, having started none.
    init(_ settings: Settings, log: Logger) throws {
        let files = try DataDirectory(creatingAt: settings.dataDirectory)
        let database = try Database(path: files.databasePath)
        let wakeUp = try WakeUp()
        let callbackWakeUp = try WakeUp()
        signal = try StopSignal()
        let playback = try Listener(try Self.address(settings.listen))
        let upload = try Listener(try Self.address(settings.uploadListen))
        listeners = [playback, upload]
        if settings.openIssuance { log.warning("open_issuance: anybody may have tokens issued") }

        let services = Self.services(settings, database: database, files: files, wakeUp: wakeUp, log: log)
        let follower = try RevocationFollower(services)
        let housekeeping = Housekeeping(services: services, follower: follower, stop: signal)
        let application = Application(services)
        let handler: WorkerPool.Handler = { application.respond(to: $0, body: $1) }
        let conversion = ConversionService(
            database: database, files: files, options: Self.options(settings),
            timeout: settings.conversionTimeout, clock: .system, log: log, wakeUp: wakeUp,
            callbacks: CallbackComposer(defaultURL: settings.callbackURL), callbackWakeUp: callbackWakeUp)
        let callbacks = Self.callbacks(settings, database: database, wakeUp: callbackWakeUp, log: log)
        threads =
            try WorkerPool(listener: playback, stop: signal, log: log, handler: handler)
            .start(settings.threads, name: "play")
            + WorkerPool(listener: upload, stop: signal, log: log, handler: handler)
            .start(settings.uploadThreads, name: "upload")
            + conversion.start(settings.conversionJobs, stop: signal)
            + callbacks.start(stop: signal)
            + [try Runtime.Thread(name: "housekeeping", body: housekeeping.run)]
    }

    /// Stops accepting, finishes the requests in flight, puts running conversions back into the queue.
    ///
    /// A request that takes longer than the grace period is cut off: the service manager waits for us.
    func stop() {
        for listener in listeners { listener.removeFile() }
        signal.raise()
        let deadline = try? Runtime.Thread(name: "deadline") {
            sleep(Self.grace)
            _exit(0)
        }
        // Without a thread for the deadline the service manager's own does the same.
        _ = deadline
        for thread in threads { thread.join() }
    }

    private static func services(
        _ settings: Settings, database: Database, files: DataDirectory, wakeUp: WakeUp, log: Logger
    ) -> Services {
        let signingKey = HMACSHA256(key: settings.signingKey.bytes)
        let keys = [signingKey] + settings.previousKeys.map { HMACSHA256(key: $0.bytes) }
        return Services(
            settings: settings, issuer: TokenIssuer(signer: TokenSigner(key: signingKey), clock: .system),
            verifier: TokenVerifier(keys: keys), revocations: RevocationList(),
            identity: identity(settings, log),
            eligibility: settings.eligibilityURL.map { EligibilityClient(url: $0) }, database: database,
            files: files,
            conversionWakeUp: wakeUp, clock: .system, log: log)
    }

    /// Nil where the settings name no identity provider.
    private static func identity(_ settings: Settings, _ log: Logger) -> IdentityVerifier? {
        guard settings.identitySecret != nil || settings.identityJWKS != nil else { return nil }
        return IdentityVerifier(secret: settings.identitySecret, jwksPath: settings.identityJWKS) { problem in
            log.error("identity_keys", metadata: ["cause": "\(problem)"])
        }
    }

    private static func callbacks(
        _ settings: Settings, database: Database, wakeUp: WakeUp, log: Logger
    ) -> CallbackService {
        let hasReceivers = settings.callbackURL != nil || !settings.callbackHosts.isEmpty
        if hasReceivers && settings.callbackSecret == nil {
            log.warning("unsigned_callbacks: without FOCUST_CALLBACK_SECRET receivers cannot verify them")
        }
        return CallbackService(
            database: database, secret: settings.callbackSecret, bearer: settings.callbackBearer,
            allowPrivate: settings.callbackAllowPrivate, clock: .system, log: log, wakeUp: wakeUp)
    }

    private static func address(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw SystemError(code: EINVAL, operation: "listen", subject: text)
        }
        return address
    }

    private static func options(_ settings: Settings) -> ConversionOptions {
        var options = ConversionOptions()
        options.segmentSeconds = Double(settings.segmentSeconds)
        options.preset = settings.x264Preset
        options.crf = settings.crf
        options.maxHeight = settings.maxHeight
        // The cores are divided among the conversions that may run at once; 0 would take all for each.
        let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        options.threads = max(1, cores / max(1, settings.conversionJobs))
        return options
    }
}
