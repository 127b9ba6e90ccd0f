import Database
import Domain
import Settings
import System
import Tokens

/// Revokes tokens for good: in the database first, so that a restart does not undo it, and then in memory.
struct RevocationService: Sendable {
    /// The longest lifetime that any setting ever allowed a token, seconds: `FOCUST_MAX_TTL` may have been larger
    /// when the tokens in question were issued, and no grant lives longer.
    private static let longestLifetime = 31_536_000

    let services: Services
    let ahead: FutureDatedTokens

    /// Voids all tokens about `subject` that were issued up to now.
    func revoke(_ subject: RevocationList.Subject) throws(Refusal) {
        let now = services.clock.now()
        let reach = ahead.reach(of: subject, now: now.seconds)
        let revokedAt = now.adding(seconds: reach - now.seconds)
        let life = Self.longestLife(services.settings)
        let revocation = Revocation(
            subject: Revocation.Subject(subject), revokedAt: revokedAt,
            expiresAt: revokedAt.adding(seconds: life))
        try Refusal.rethrow { () throws(DatabaseError) in try services.database.revocations.add(revocation) }
        services.revocations.insert(subject, revokedAt: reach, longestLife: life)
    }

    /// When no token that is alive now can still be alive, seconds from now: grants live longest.
    static func longestLife(_ settings: Settings) -> Int {
        longestLifetime + settings.grantMargin
    }
}

extension RevocationList {
    /// Takes in a revocation made at the second `revokedAt`. An id names one token, whatever its date, so it is void
    /// for as long as any token may live.
    func insert(_ subject: Subject, revokedAt: Int, longestLife: Int) {
        if case .token = subject {
            insert(subject, until: revokedAt + longestLife)
        } else {
            insert(subject, until: revokedAt)
        }
    }
}

extension Revocation.Subject {
    /// The durable form.
    init(_ subject: RevocationList.Subject) {
        switch subject {
        case .token(let id): self = .token(id)
        case .user(let user): self = .user(user)
        case .location(let path): self = .location(path)
        case .course(let course): self = .other("course/\(course)")
        case .module(let course, let module): self = .other("module/\(course)/\(module)")
        }
    }
}

extension RevocationList.Subject {
    /// From the durable form; nil for one that a newer version wrote.
    init?(_ subject: Revocation.Subject) {
        switch subject {
        case .token(let id): self = .token(id: id)
        case .user(let user): self = .user(user)
        case .location(let path): self = .location(path)
        case .other(let name):
            let parts = name.split(separator: "/").map(String.init)
            switch (parts.first, parts.count) {
            case ("course", 2): self = .course(parts[1])
            case ("module", 3): self = .module(course: parts[1], module: parts[2])
            default: return nil
            }
        }
    }
}
