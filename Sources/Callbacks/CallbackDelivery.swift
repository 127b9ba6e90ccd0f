import Crypto
import Database
import Domain
import Outbound
import System

/// One attempt to deliver a callback.
struct CallbackDelivery: Sendable {
    /// What a receiver has for its whole answer.
    private static let timeout = Duration.seconds(15)

    let service: CallbackService
    let client: OutboundClient

    func attempt(_ callback: Callback) -> CallbackOutcome {
        do throws(OutboundError) {
            let request = try OutboundRequest(
                posting: callback.body, to: callback.url, headers: headers(callback), timeout: Self.timeout)
            return Self.outcome(try client.send(request))
        } catch {
            if error.isStopped { return .interrupted }
            return .failed(
                CallbackFailure(
                    status: nil, summary: error.summary, cause: error.description, retryAfter: nil))
        }
    }

    /// The id is the same at every attempt; the moment is fresh, for receivers refuse what is old.
    private func headers(_ callback: Callback) -> [(name: String, value: String)] {
        let now = service.clock.now()
        var headers = [
            (name: WebhookSignature.idHeader, value: callback.id),
            (name: WebhookSignature.timestampHeader, value: "\(now.seconds)"),
        ]
        if let signature = service.signature {
            let value = signature.value(id: callback.id, timestamp: now, body: callback.body)
            headers.append((name: WebhookSignature.signatureHeader, value: value))
        }
        // Our own credentials, so they go where the settings say, and not wherever an address was named.
        if let bearer = service.bearer, let origin = Origin(of: callback.url),
            service.bearerOrigins.contains(origin)
        {
            let token = String(decoding: bearer.bytes, as: UTF8.self)
            headers.append((name: "Authorization", value: "Bearer \(token)"))
        }
        return headers
    }

    private static func outcome(_ answer: OutboundResponse) -> CallbackOutcome {
        if answer.isSuccess { return .delivered(status: answer.status) }
        if answer.status == 410 { return .gone(status: answer.status) }
        let text = "HTTP \(answer.status)"
        return .failed(
            CallbackFailure(
                status: answer.status, summary: text, cause: text, retryAfter: answer.retryAfter))
    }
}

/// What came of one attempt to deliver a callback.
enum CallbackOutcome: Equatable, Sendable {
    /// The receiver answered 2xx.
    case delivered(status: Int)
    /// It answered 410: it wants no such callbacks any more.
    case gone(status: Int)
    /// Any other answer, or none.
    case failed(CallbackFailure)
    /// The process stops.
    case interrupted
}

/// Why an attempt to deliver a callback failed.
struct CallbackFailure: Equatable, Sendable {
    /// The HTTP status; nil where there was no answer.
    let status: Int?
    /// For the task, which a trainer's browser may read too: names no host.
    let summary: String
    /// For the log.
    let cause: String
    /// Seconds, where the receiver asked for it.
    let retryAfter: Int?
}
