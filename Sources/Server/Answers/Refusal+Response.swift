import Domain
import Formats

extension Refusal {
    /// The one way a refusal leaves this server: status, JSON body and the headers that belong to it.
    func response(requestID: String, isFrench: Bool = false) -> HTTPResponse {
        var headers = [
            ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if code == .unauthorized { headers.append(("WWW-Authenticate", "Bearer")) }
        if code == .unsupportedVersion { headers.append(("Tus-Version", Tus.version)) }
        if let retryAfter { headers.append(("Retry-After", "\(retryAfter)")) }
        if !allow.isEmpty { headers.append(("Allow", allow.joined(separator: ", "))) }
        return HTTPResponse(
            status: code.status, headers: headers,
            body: JSONValue.object(members(requestID, isFrench)).serialized())
    }

    private func members(_ requestID: String, _ isFrench: Bool) -> [(String, JSONValue)] {
        var members: [(String, JSONValue)] = [
            ("error", .string(code.rawValue)),
            ("message", .string(isFrench ? message.text(by: French.sentences) : "\(message)")),
        ]
        if let field { members.append(("field", .string(field))) }
        if let limit { members.append(("limit", .integer(limit.bytes))) }
        if let task {
            members.append(("task_id", .string(task.id)))
            if let status = task.status { members.append(("status", .string(status))) }
            if let progress = task.progress { members.append(("progress", .number(progress))) }
        }
        // Faults that a person of this server has to look up; each has a line in a log.
        if code == .internal || code == .unavailable { members.append(("request_id", .string(requestID))) }
        return members
    }
}
