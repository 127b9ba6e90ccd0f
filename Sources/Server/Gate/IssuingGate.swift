import Domain
import Formats
import System
import Tokens

/// Who asks for tokens. Only the gate makes it.
struct IssuingCaller {
    fileprivate enum Who {
        case service(ServiceCaller)
        case user(String)
        /// Open issuance: nobody was asked to prove anything.
        case anybody
    }

    fileprivate let who: Who

    /// Proof that this caller may have tokens issued for `user`. Refuses with `token_mismatch` where a user asks for
    /// another user's.
    func admission(for user: UserID) throws(Refusal) -> IssuingAdmission {
        // Byte for byte: to String the Kelvin sign is a K.
        if case .user(let subject) = who, !subject.utf8.elementsEqual(user.value.utf8) {
            throw Refusal(.tokenMismatch, "The session belongs to another user.", field: "user_id")
        }
        return IssuingAdmission(user: user, caller: name)
    }

    /// For the log: the name of an API key, or how else the caller showed who it is.
    private var name: String {
        switch who {
        case .service(let caller): caller.name
        case .user: "session"
        case .anybody: "anybody"
        }
    }
}

/// Proof that tokens may be issued for a user; issuing demands one.
struct IssuingAdmission {
    let user: UserID
    /// Who asked, for the log.
    let caller: String

    fileprivate init(user: UserID, caller: String) {
        self.user = user
        self.caller = caller
    }
}

/// Judges who may have play and download tokens issued: the site's backend, the user by the session of the identity
/// provider, or, where the sysadmin says so, anybody.
struct IssuingGate: Sendable {
    let service: ServiceGate
    /// Nil where users' sessions get nothing.
    let identity: IdentityVerifier?
    let scope: SessionScope
    let isOpen: Bool
    let clock: SystemClock

    /// Refuses with `unauthorized`.
    func admit(_ request: HTTPRequest) throws(Refusal) -> IssuingCaller {
        if isOpen { return IssuingCaller(who: .anybody) }
        if let caller = service.caller(of: request) { return IssuingCaller(who: .service(caller)) }
        guard let identity, let token = BearerToken.ofHeader(request), token.contains(".") else {
            throw service.refusal(of: request)
        }
        do throws(TokenError) {
            let subject = try identity.subject(of: token, for: scope, now: clock.now().seconds)
            return IssuingCaller(who: .user(subject))
        } catch {
            throw Refusal(.unauthorized, "The session is not valid: \(error.message)")
        }
    }
}
