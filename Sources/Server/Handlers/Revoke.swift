import Domain
import Files
import Formats
import Logging
import Tokens

/// `POST /api/revoke`: voids one token, a user's or a lesson's, from now on and across restarts.
struct Revoke: Sendable {
    /// The longest body that is read, bytes; three ids of a lesson fit many times.
    private static let maxBodyBytes = 8192

    let revocation: RevocationService
    let files: DataDirectory
    let log: Logger

    func answer(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let (name, value) = try member(try context.json(atMost: Self.maxBodyBytes))
        try revocation.revoke(try subject(name, value))
        log.notice(
            "revoked",
            metadata: [
                "by": "\(name)", "subject": "\(value)", "caller": "\(caller.name)",
                "request_id": "\(context.request.requestID)",
            ])
        if name == "rel" { try removeRetired(value) }
        return .json(
            200, ["message": "Tokens issued up to now are void.", "revoked": [name: .string(value)]])
    }

    /// Those who watched the old versions of a lesson may do so no more, so nobody needs them.
    private func removeRetired(_ location: String) throws(Refusal) {
        guard let location = LessonLocation(location) else { return }
        try Refusal.rethrow { () throws(FileError) in try files.removeRetired(of: location) }
    }

    private func subject(_ name: String, _ value: String) throws(Refusal) -> RevocationList.Subject {
        switch name {
        case "jti": return .token(id: value)
        case "user_id":
            guard let user = UserID(value) else { throw QueryParameters.refusalOfUserID }
            return .user(user.value)
        default:
            guard LessonLocation(value) != nil else {
                throw Refusal(.invalidRel, "rel must be ids joined by /, four of them or two.", field: name)
            }
            return .location(value)
        }
    }

    /// Exactly one of the three: with two of them it would be unclear whether either or both must match.
    private func member(_ body: JSONValue) throws(Refusal) -> (String, String) {
        let present = ["jti", "user_id", "rel"].filter { body[$0] != nil }
        guard let name = present.first else {
            throw Refusal(.missingField, "One of jti, user_id and rel is needed.", field: "jti")
        }
        guard present.count == 1 else {
            throw Refusal(
                .malformedRequest, "Only one of jti, user_id and rel may be given.", field: present[1])
        }
        guard let value = body[name]?.stringValue, !value.isEmpty, value.utf8.count <= 1024 else {
            throw Refusal(.malformedRequest, "\(name) must be a text of 1 to 1024 bytes.", field: name)
        }
        return (name, value)
    }
}
