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
        let storage = try Storage(settings)
        signal = try StopSignal()
        let inherited = InheritedSockets(environment: Environment.values())
        let playback = try Self.listener("fastcgi", settings.listen, inherited)
        let upload = try Self.listener("upload", settings.uploadListen, inherited)
        listeners = [playback, upload]
        if settings.openIssuance { log.warning("open_issuance: anybody may have tokens issued") }

        let services = Self.services(settings, storage, log: log)
        let follower = try RevocationFollower(services)
        let housekeeping = Housekeeping(services: services, follower: follower, stop: signal)
        let application = Application(services)
        let handler: WorkerPool.Handler = { application.respond(to: $0, body: $1) }
        let conversion = ConversionService(settings, storage, jobs: settings.conversionJobs, log: log)
        threads =
            try WorkerPool(listener: playback, stop: signal, log: log, handler: handler)
            .start(settings.threads, name: "play")
            + WorkerPool(listener: upload, stop: signal, log: log, handler: handler)
            .start(settings.uploadThreads, name: "upload")
            + conversion.start(settings.conversionJobs, stop: signal)
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
        _ settings: Settings, _ storage: Storage, log: Logger
    ) -> Services {
        let signingKey = HMACSHA256(key: settings.signingKey.bytes)
        let keys = [signingKey] + settings.previousKeys.map { HMACSHA256(key: $0.bytes) }
        return Services(
            settings: settings, issuer: TokenIssuer(signer: TokenSigner(key: signingKey), clock: .system),
            verifier: TokenVerifier(keys: keys), revocations: RevocationList(),
            identity: identity(settings, log),
            eligibility: settings.eligibilityURL.map { EligibilityClient(url: $0) },
            database: storage.database, files: storage.files,
            conversionWakeUp: storage.wakeUp, clock: .system, log: log)
    }

    /// Nil where the settings name no identity provider.
    private static func identity(_ settings: Settings, _ log: Logger) -> IdentityVerifier? {
        guard settings.identitySecret != nil || settings.identityJWKS != nil else { return nil }
        return IdentityVerifier(secret: settings.identitySecret, jwksPath: settings.identityJWKS) { problem in
            log.error("identity_keys", metadata: ["cause": "\(problem)"])
        }
    }

    /// The socket that the service manager passed under `name`, or else one of our own at `address`.
    private static func listener(
        _ name: String, _ address: String, _ inherited: InheritedSockets
    ) throws -> Listener {
        if let descriptor = inherited.descriptor(name) { return try Listener(inherited: descriptor) }
        guard let address = ListenAddress(address) else {
            throw SystemError(code: EINVAL, operation: "listen", subject: address)
        }
        return try Listener(address)
    }
}
