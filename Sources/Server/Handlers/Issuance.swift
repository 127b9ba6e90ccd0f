import Domain
import Logging
import Outbound
import Settings
import System
import Tokens

/// Issues tokens for those who may have them: asks the site whether the user is eligible, and steps past what was
/// revoked.
struct Issuance: Sendable {
    /// How long a download or an upload token lives that asks for no lifetime, seconds.
    static let shortLifetime = 900

    let services: Services
    let ahead: FutureDatedTokens
    private let questions: Slots

    init(services: Services, ahead: FutureDatedTokens) {
        self.services = services
        self.ahead = ahead
        // At least half of the threads stay for viewers.
        questions = Slots(max(1, services.settings.threads / 2))
    }

    /// Several questions to the site, for tokens that are asked for together.
    func round() -> QuestionRound { QuestionRound(services.eligibility, questions, services.clock) }

    /// A token of `lifetime` seconds. Refuses with `not_eligible` or `unavailable`.
    func issue(
        _ token: MediaToken, _ admission: IssuingAdmission, lifetime: Int, question: EligibilityQuestion
    ) throws(Refusal) -> String {
        var round = round()
        return try issue(token, admission, lifetime: lifetime, question: question, in: &round)
    }

    /// One of the tokens of a round.
    func issue(
        _ token: MediaToken, _ admission: IssuingAdmission, lifetime: Int, question: EligibilityQuestion,
        in round: inout QuestionRound
    ) throws(Refusal) -> String {
        do throws(Refusal) {
            try round.ask(question)
        } catch {
            var refusal = error
            refusal.user = admission.user.value
            throw refusal
        }
        return sign(token, for: admission.caller, lifetime: lifetime)
    }

    /// A token that only the site's backend asks for, so that nobody else is asked.
    func issue(_ token: MediaToken, _ caller: ServiceCaller, lifetime: Int) -> String {
        sign(token, for: caller.name, lifetime: lifetime)
    }

    /// A second in which tokens were revoked revokes what is issued in the rest of it too, unless that is dated later.
    private func sign(_ token: MediaToken, for caller: String, lifetime: Int) -> String {
        let subjects = token.revocationSubjects
        let notBefore = services.revocations.firstValidSecond(for: subjects)
        ahead.note(subjects, dated: notBefore, now: services.clock.now().seconds)
        let issued = services.issuer.issueNamed(token, lifetime: lifetime, notBefore: notBefore)
        services.log.info(
            "token_issued",
            metadata: [
                "kind": "\(token.kind)", "jti": "\(issued.id)", "user": "\(token.user)",
                "target": "\(token.target)",
                "seconds": "\(lifetime)", "caller": "\(caller)",
            ])
        return issued.token
    }
}
