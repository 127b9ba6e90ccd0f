import Database
import Domain
import Files
import Formats

/// `GET /api/lessons`: the lessons page by page, in the order of their paths.
///
/// What is on disk and what waits for its conversion or failed are two lists in one order; a page reads as much of each
/// as it shows.
struct LessonList: Sendable {
    private static let defaultLimit = 50
    private static let maxLimit = 200
    /// Behind every id in the order of bytes.
    private static let end = "~"

    let services: Services
    let description: LessonDescription

    func answer(_ context: RequestContext, _ caller: ServiceCaller) throws(Refusal) -> HTTPResponse {
        let query = try context.query()
        let limit = try query.limit(or: Self.defaultLimit, max: Self.maxLimit)
        let filter = LessonFilter(
            trainer: try query.optionalIdentifier("trainer_id"),
            course: try query.optionalIdentifier("course_id"))
        // One more than is shown tells whether there is a next page.
        let found = try page(filter, after: try after(query), count: limit + 1)
        var lessons: [JSONValue] = []
        for lesson in found.prefix(limit) {
            if let json = try description.json(of: lesson) { lessons.append(json) }
        }
        let next = found.count > limit ? found[limit - 1] : nil
        return .json(
            200, ["lessons": .array(lessons), "next": next.map { .string("\($0)") } ?? .null])
    }

    private func page(
        _ filter: LessonFilter, after: String, count: Int
    ) throws(Refusal) -> [LessonPath] {
        let onDisk = try Refusal.rethrow { () throws(FileError) in
            try services.files.lessons(filter, after: after, limit: count)
        }
        let inQueue = try withTask(filter, after: after, count: count)
        let all = Set(onDisk).union(inQueue).map { (path: "\($0)", lesson: $0) }
        return all.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }.prefix(count).map(\.lesson)
    }

    /// The lessons with a task. Places of the flat layout and of other courses lie between them and are passed over.
    private func withTask(
        _ filter: LessonFilter, after: String, count: Int
    ) throws(Refusal) -> [LessonPath] {
        let below = filter.trainer.map { (first: "\($0)/", end: "\($0)0") } ?? (first: "", end: Self.end)
        var place = after.utf8.lexicographicallyPrecedes(below.first.utf8) ? below.first : after
        var found: [LessonPath] = []
        while found.count < count {
            let batch = try Refusal.rethrow { [place] () throws(DatabaseError) in
                try services.database.jobs.locations(after: place, before: below.end, limit: count)
            }
            for case .lesson(let lesson) in batch where filter.contains(lesson) { found.append(lesson) }
            guard batch.count == count, let last = batch.last else { break }
            place = last.description
        }
        return Array(found.prefix(count))
    }

    private func after(_ query: QueryParameters) throws(Refusal) -> String {
        guard let text = try query.single("after"), !text.isEmpty else { return "" }
        guard let lesson = LessonPath(text) else {
            throw Refusal(
                .invalidRel, "after must be the next of the page before: a lesson's four ids.", field: "after"
            )
        }
        return "\(lesson)"
    }
}
