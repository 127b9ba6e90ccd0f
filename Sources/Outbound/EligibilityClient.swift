import Domain
import Formats

/// Asks the site whether a user may see a video (`FOCUST_ELIGIBILITY_URL`). Safe from many threads at once.
package struct EligibilityClient: Sendable {
    /// How long the site has for its whole answer.
    package static let timeout = Duration.seconds(3)
    /// Seconds after which a client whose question got no answer may try again.
    private static let retryAfter = 5

    private let url: String
    private let timeout: Duration
    private let client: OutboundClient

    /// `url` is the sysadmin's own, so it may well lead to a private address.
    package init(url: String, timeout: Duration = EligibilityClient.timeout) {
        self.url = url
        self.timeout = timeout
        client = OutboundClient(policy: .any)
    }

    /// Returns if the site answers 2xx. Throws `not_eligible` at any other answer, redirects included, and
    /// `unavailable` where there is none within its time, or within `limit` if that is shorter.
    package func ask(_ question: EligibilityQuestion, within limit: Duration? = nil) throws(Refusal) {
        let status = try answer(to: question, within: min(timeout, limit ?? timeout)).status
        guard (200..<300).contains(status) else {
            var refusal = Refusal(.notEligible, "This user may not have this video.")
            refusal.cause = "the eligibility service answered \(status)"
            throw refusal
        }
    }

    private func answer(
        to question: EligibilityQuestion, within time: Duration
    ) throws(Refusal) -> OutboundResponse {
        do throws(OutboundError) {
            return try client.send(
                OutboundRequest(posting: question.json.serialized(), to: url, timeout: time))
        } catch {
            var refusal = Refusal(
                .unavailable, "Whether this user may have this video could not be found out. Try again.",
                retryAfter: Self.retryAfter)
            refusal.cause = "eligibility service: \(error)"
            throw refusal
        }
    }
}
