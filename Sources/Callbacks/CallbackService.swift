import Crypto
import Database
import Domain
import Logging
import Outbound
import System

/// What callback threads work with; made once, when the process starts.
package struct CallbackService: Sendable {
    /// How many callbacks are in flight at most.
    package static let defaultThreads = 2

    let database: any Database
    let signature: WebhookSignature?
    let bearer: Secret?
    let bearerOrigins: Set<Origin>
    let policy: AddressPolicy
    let clock: SystemClock
    let log: Logger
    let metrics: CallbackMetrics
    let wakeUp: WakeFile

    /// - `secret`: signs the callbacks. Without one there is nothing to sign with: they go out with
    ///   `webhook-id` and `webhook-timestamp` alone, and receivers cannot tell them from forged ones.
    /// - `bearer`: sent as `Authorization: Bearer`; nil for none.
    /// - `bearerOrigins`: where it goes. A receiver that a stored callback names and the settings no longer do gets none.
    /// - `allowPrivate`: whether they may go to addresses that are not public.
    /// - `wakeUp`: touched when a callback was stored, by whichever process.
    package init(
        database: any Database, secret: Secret?, bearer: Secret?, bearerOrigins: Set<Origin>,
        allowPrivate: Bool, metrics: CallbackMetrics,
        clock: SystemClock,
        log: Logger, wakeUp: WakeFile
    ) {
        self.database = database
        self.signature = secret.map { WebhookSignature(secret: $0) }
        self.bearer = bearer
        self.bearerOrigins = bearerOrigins
        self.policy = allowPrivate ? .any : .publicOnly
        self.metrics = metrics
        self.clock = clock
        self.log = log
        self.wakeUp = wakeUp
    }

    /// Starts `count` threads that send what is due; they end within 7 s of `stop`, and what they had is due
    /// again.
    package func start(
        _ count: Int = CallbackService.defaultThreads, stop: StopSignal
    ) throws(SystemError) -> [System.Thread] {
        let client = OutboundClient(policy: policy, stop: stop)
        var threads: [System.Thread] = []
        for index in 0..<count {
            let sender = CallbackSender(service: self, client: client, stop: stop)
            threads.append(try System.Thread(name: "callback-\(index)", body: sender.run))
        }
        return threads
    }
}
