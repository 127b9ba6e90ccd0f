import Database
import Domain
import Formats

/// `GET /api/tasks…`: what became of uploads.
struct Tasks: Sendable {
    private static let defaultLimit = 50
    private static let maxLimit = 500

    let services: Services

    /// One task by its id.
    ///
    /// An upload token reads the task of its own target too, so that a page can follow its upload by itself.
    func show(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        guard let id = TaskID(context.path.raw("task_id")) else {
            throw Refusal(.invalidID, "task_id is no task's id.", field: "task_id")
        }
        let job = try Refusal.rethrow { () throws(DatabaseError) in try services.database.jobs.job(id) }
        guard let job else { throw Refusal(.notFound, "There is no such task.") }
        switch job.location {
        case .lesson(let path): _ = try caller.admission(to: .lesson(path))
        case .flat: _ = try caller.admissionToFlatLayout()
        }
        return .json(200, try json(job, context))
    }

    /// The newest tasks, of one lesson or of all, of one status or of any; behind the task `after`, where it is given.
    func list(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let location = try location(query)
        let status = try status(query)
        let limit = try query.limit(or: Self.defaultLimit, max: Self.maxLimit)
        let after = try after(query)
        // One more than is shown tells whether there is a next page.
        let jobs = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.jobs.list(
                location: location, status: status, after: after, limit: limit + 1)
        }
        guard let jobs else { throw Refusal(.invalidID, "after names no task.", field: "after") }
        var tasks: [JSONValue] = []
        for job in jobs.prefix(limit) { tasks.append(try json(job, context)) }
        let next = jobs.count > limit ? jobs[limit - 1] : nil
        return .json(
            200, ["tasks": .array(tasks), "next": next.map { .string($0.id.value) } ?? .null])
    }

    /// Only an ended job can have callbacks, so the others cost no look.
    private func json(_ job: Job, _ context: RequestContext) throws(Refusal) -> JSONValue {
        let isFrench = AcceptLanguage.prefersFrench(context.request.acceptLanguage)
        guard job.status.isEnd else { return job.json(nil, RenditionListing.none, isFrench: isFrench) }
        let callbacks = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.callbacks.callbacks(of: job.id)
        }
        let renditions = try RenditionListing(services: services).members(of: job)
        return job.json(callbacks.last, renditions, isFrench: isFrench)
    }

    private func location(_ query: QueryParameters) throws(Refusal) -> LessonLocation? {
        guard let rel = try query.single("rel") else { return nil }
        guard let location = LessonLocation(rel) else {
            throw Refusal(.invalidRel, "rel must be ids joined by /, four of them or two.", field: "rel")
        }
        return location
    }

    private func status(_ query: QueryParameters) throws(Refusal) -> JobStatus? {
        guard let text = try query.single("status") else { return nil }
        guard let status = JobStatus(rawValue: text) else {
            let names = JobStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(.malformedRequest, "status must be one of \(names).", field: "status")
        }
        return status
    }

    /// Pages by number are refused, because tasks come in while a client turns them.
    private func after(_ query: QueryParameters) throws(Refusal) -> TaskID? {
        for name in ["page", "offset"] where try query.single(name) != nil {
            throw Refusal(
                .malformedRequest, "There is no \(name); ask for the tasks after the next of this page.",
                field: name)
        }
        guard let text = try query.single("after"), !text.isEmpty else { return nil }
        guard let id = TaskID(text) else {
            throw Refusal(.invalidID, "after names no task.", field: "after")
        }
        return id
    }
}
