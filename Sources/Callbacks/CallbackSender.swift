import Crypto
import Database
import Domain
import Logging
import Outbound
import System

/// One callback thread: takes the callback that is longest due, sends it, notes what came of it, and asks
/// again.
///
/// All it knows is in the table, so a restart, or another process, goes on where it ended.
struct CallbackSender: Sendable {
    /// How long a callback stays its sender's: longer than any attempt takes. A dead sender's is due again
    /// after it.
    static let lease = Duration.seconds(60)

    private let service: CallbackService
    private let delivery: CallbackDelivery
    private let stop: StopSignal
    /// The holder of leases, unlike that of any other thread of any process.
    private let name: String

    init(service: CallbackService, client: OutboundClient, stop: StopSignal) {
        self.service = service
        self.delivery = CallbackDelivery(service: service, client: client)
        self.stop = stop
        self.name = TaskID(random: SecureRandom.pair()).value
    }

    func run() {
        do throws(SystemError) {
            try PollLoop(service.wakeUp, stop: stop, clock: service.clock).run(
                nextDue: nextDue, work: sendNext)
        } catch {
            service.log.critical("callback_thread_failed", metadata: ["cause": "\(error)"])
        }
    }

    /// Sends one callback; false where none is due.
    func sendNext() -> Bool {
        do throws(DatabaseError) {
            let due = try service.database.callbacks.claim(
                sender: name, limit: 1, lease: Self.lease, now: service.clock.now())
            guard let callback = due.first else { return false }
            try note(delivery.attempt(callback), of: callback)
            return true
        } catch {
            // A full disk passes. A callback whose end could not be noted returns after its lease.
            service.log.error("callback_outbox_failed", metadata: ["cause": "\(error)"])
            return false
        }
    }

    /// When the next callback is due. Only a hint: where the table cannot be read, the claim says so.
    private func nextDue() -> Timestamp? { (try? service.database.callbacks.nextDue()) ?? nil }

    private func note(_ outcome: CallbackOutcome, of callback: Callback) throws(DatabaseError) {
        let outbox = service.database.callbacks
        switch outcome {
        case .delivered(let status):
            service.metrics.tried(.delivered)
            service.log.info("callback_delivered", metadata: metadata(callback, "status", "\(status)"))
            try outbox.delivered(callback.id, sender: name, status: status, now: service.clock.now())
        case .interrupted:
            try outbox.failedAttempt(
                callback.id, sender: name, status: nil, error: "interrupted: the server stopped",
                nextAttempt: service.clock.now())
        case .gone(let status):
            let text = "HTTP \(status)"
            try abandon(
                callback, CallbackFailure(status: status, summary: text, cause: text, retryAfter: nil))
        case .failed(let failure): try retry(callback, failure)
        }
    }

    private func retry(_ callback: Callback, _ failure: CallbackFailure) throws(DatabaseError) {
        var random = SecureRandom()
        let next = CallbackSchedule.next(
            afterAttempt: callback.attempts, createdAt: callback.createdAt, now: service.clock.now(),
            jitter: .random(in: 0...1, using: &random), retryAfter: failure.retryAfter)
        guard let next else { return try abandon(callback, failure) }
        service.metrics.tried(.postponed)
        service.log.warning("callback_failed", metadata: metadata(callback, "cause", failure.cause))
        try service.database.callbacks.failedAttempt(
            callback.id, sender: name, status: failure.status, error: failure.summary, nextAttempt: next)
    }

    private func abandon(_ callback: Callback, _ failure: CallbackFailure) throws(DatabaseError) {
        service.metrics.tried(.abandoned)
        service.log.error("callback_abandoned", metadata: metadata(callback, "cause", failure.cause))
        try service.database.callbacks.abandon(
            callback.id, sender: name, status: failure.status, error: failure.summary)
    }

    /// The receiver by its origin alone: a path or query may hold a secret.
    private func metadata(_ callback: Callback, _ key: String, _ value: String) -> Logger.Metadata {
        [
            "task_id": "\(callback.task)", "attempt": "\(callback.attempts)", key: "\(value)",
            "receiver": "\(Origin(of: callback.url)?.description ?? "")",
        ]
    }
}
