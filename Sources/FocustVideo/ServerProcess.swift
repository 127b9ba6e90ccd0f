import Callbacks
import Conversion
import Crypto
import Database
import Domain
import FastCGI
import Files
import Glibc
import Logging
import MediaClient
import Metrics
import Outbound
import Server
import Settings
import System
import Tokens

/// The running server: where every room is made and joined to the others.
struct ServerProcess {
    private let signal: StopSignal
    private let listeners: [Listener]
    private let threads: [System.Thread]
    private let services: Services
    private let metrics: ProcessMetrics
    private let rules: Replaceable<Rules>

    /// Opens everything and starts all threads; throws what cannot be opened, having started none.
    init(_ settings: Settings, manager: ServiceManager, log: Logger) throws {
        let storage = try Storage(settings)
        signal = try StopSignal()
        let inherited = InheritedSockets(environment: Environment.values())
        let playback = try Self.listener("fastcgi", settings.listen, inherited)
        let upload = try Self.listener("upload", settings.uploadListen, inherited)
        listeners = [playback, upload]
        Self.warn(of: settings, log)

        let metrics = ProcessMetrics(version: Version.number, probes: ServerProbes(storage))
        let services = Self.services(settings, storage, metrics, log: log)
        let rules = Replaceable(Rules(settings, services))
        self.services = services
        self.metrics = metrics
        self.rules = rules
        let clockWatch = ClockWatch(
            services.clock,
            after: services.files.clockRecord().map {
                ClockWatch.Record(wall: $0.wall, steadySeconds: $0.steadySeconds)
            })
        let follower = try RevocationFollower(services, clockWatch)
        let housekeeping = Housekeeping(
            services: services, follower: follower, clockWatch: clockWatch, stop: signal)
        let application = Application(services, rules)
        let conversion = ConversionService(
            settings, storage, jobs: settings.conversionJobs, metrics: metrics, log: log)
        let callbacks = Self.callbacks(settings, storage, metrics: metrics.callbacks, log: log)
        let watchdog = Watchdog(
            manager: manager, probe: SocketProbe(playback), pool: metrics.playback, stop: signal, log: log)
        let drain = try BodyDrain(stop: signal)
        let pools = [
            (playback, metrics.playback, settings.threads), (upload, metrics.uploads, settings.uploadThreads),
        ]
        threads =
            try pools.flatMap { [signal] listener, pool, count in
                try WorkerPool(
                    listener: listener, stop: signal, drain: drain, pool: pool, log: log,
                    makeHandler: application.makeHandler
                ).start(count)
            }
            + [try drain.start()]
            + conversion.start(settings.conversionJobs, stop: signal)
            + callbacks.start(stop: signal)
            + [try System.Thread(name: "housekeeping", body: housekeeping.run)]
            + [try watchdog.start()].compactMap(\.self)
    }

    /// Judges all requests that come from here on by new settings; those under way end as they began.
    func apply(_ settings: Settings) { rules.replace(with: Rules(settings, services)) }

    func reloaded(_ isGood: Bool) { metrics.reloaded(isGood) }

    /// Stops accepting, finishes the requests in flight, puts running conversions back into the queue.
    ///
    /// A request that takes longer than the grace period is cut off: the service manager waits for us.
    func stop() {
        for listener in listeners { listener.removeFile() }
        signal.raise()
        Signals.endAfterGrace()
        for thread in threads { thread.join() }
    }

    /// Says at each start what the settings leave open.
    private static func warn(of settings: Settings, _ log: Logger) {
        if !settings.foreignPath.isEmpty {
            log.warning(
                "public_path: FOCUST_PUBLIC_URL has the path \(settings.foreignPath), which nginx does not know: a proxy must take it away, or FOCUST_NGINX_PREFIX name it"
            )
        }
        if settings.openIssuance { log.warning("open_issuance: anybody may have tokens issued") }
        if !settings.keylessAddresses.isEmpty {
            log.warning(
                "keyless_addresses: FOCUST_KEYLESS_ADDRESSES upload, delete and have tokens issued without an API key"
            )
        }
        if settings.hasSessions && settings.sessionsSeeAll && settings.eligibilityURL == nil {
            log.warning("sessions_see_all: every user with a session may play and download everything")
        }
    }

    private static func services(
        _ settings: Settings, _ storage: Storage, _ metrics: ProcessMetrics, log: Logger
    ) -> Services {
        let signingKey = HMACSHA256(key: settings.signingKey.bytes)
        return Services(
            settings: settings, issuer: TokenIssuer(signer: TokenSigner(key: signingKey), clock: .system),
            revocations: RevocationList(), identity: identity(settings, log),
            eligibility: settings.eligibilityURL.map { EligibilityClient(url: $0) },
            database: storage.database, files: storage.files, media: storage.media,
            conversionWakeUp: storage.wakeUp, callbackWakeUp: storage.callbackWakeUp,
            callbacks: CallbackComposer(defaultURL: settings.callbackURL), metrics: metrics.server,
            registry: metrics.registry, clock: .system, log: log)
    }

    /// Nil where the settings name no identity provider.
    private static func identity(_ settings: Settings, _ log: Logger) -> IdentityVerifier? {
        guard settings.hasSessions else { return nil }
        return IdentityVerifier(secret: settings.identitySecret, jwksPath: settings.identityJWKS) { problem in
            log.error("identity_keys", metadata: ["cause": "\(problem)"])
        }
    }

    private static func callbacks(
        _ settings: Settings, _ storage: Storage, metrics: CallbackMetrics, log: Logger
    ) -> CallbackService {
        let hasReceivers = settings.callbackURL != nil || !settings.callbackOrigins.isEmpty
        if hasReceivers && settings.callbackSecret == nil {
            log.warning("unsigned_callbacks: without FOCUST_CALLBACK_SECRET receivers cannot verify them")
        }
        return CallbackService(
            database: storage.database, secret: settings.callbackSecret, bearer: settings.callbackBearer,
            bearerOrigins: settings.bearerOrigins,
            allowPrivate: settings.callbackAllowPrivate, metrics: metrics, clock: .system, log: log,
            wakeUp: storage.callbackWakeUp)
    }

    /// The socket that the service manager passed under `name`, or else one of our own at `address`.
    private static func listener(
        _ name: String, _ address: String, _ inherited: InheritedSockets
    ) throws -> Listener {
        if let descriptor = inherited.descriptor(name, at: address) {
            return try Listener(inherited: descriptor)
        }
        guard let address = ListenAddress(address) else {
            throw SystemError(code: EINVAL, operation: "listen", subject: address)
        }
        return try Listener(address)
    }
}
