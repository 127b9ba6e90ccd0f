import Database
import Domain
import Files
import Formats

/// `/healthz` and `/readyz`: for the sysadmin's probes; nginx lets only loopback reach them.
struct Operations: Sendable {
    let services: Services

    /// The process serves, or this would not be answered.
    func health(_ context: RequestContext) throws(Refusal) -> HTTPResponse {
        .json(200, ["status": "ok"])
    }

    /// Storage can be written and the database answers.
    func readiness(_ context: RequestContext) throws(Refusal) -> HTTPResponse {
        var problems: [JSONValue] = []
        if !services.files.isWritable() { problems.append("storage is not writable") }
        do throws(DatabaseError) {
            try services.database.ping()
        } catch {
            problems.append("database does not answer")
        }
        let status: JSONValue = problems.isEmpty ? "ready" : "not ready"
        return .json(problems.isEmpty ? 200 : 503, ["status": status, "problems": .array(problems)])
    }
}
