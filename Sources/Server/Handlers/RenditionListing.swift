import Database
import Domain
import Files
import Formats

/// `renditions` and `renditions_status` of a lesson, as tasks and lessons carry them: what lies on disk describes itself,
/// and what is still to come, the job that makes it.
struct RenditionListing: Sendable {
    /// Where nothing is published.
    static let none: [(String, JSONValue)] = [("renditions", []), ("renditions_status", "none")]

    let services: Services

    /// Of what is published at `location`. `upload` is the task that published it: it knows the size of an older lesson's
    /// rendition.
    func members(of location: LessonLocation, _ upload: Job?) throws(Refusal) -> [(String, JSONValue)] {
        guard let ready = try ready(location, upload) else { return Self.none }
        let job = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.jobs.renditions(of: location)
        }
        let coming = (job?.renditions ?? []).filter { each in !ready.contains { $0.name == each.name } }
        let listed = ready.map(\.json) + coming.compactMap { rendition in job?.json(of: rendition) }
        return [
            ("renditions", .array(listed)),
            ("renditions_status", .string(Self.status(job, hasSeveral: ready.count > 1))),
        ]
    }

    /// Of a task: what its upload became, as long as no later one has taken its place.
    func members(of job: Job) throws(Refusal) -> [(String, JSONValue)] {
        guard job.status == .completed else { return Self.none }
        let newest = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.jobs.list(location: job.location, status: .completed, after: nil, limit: 1)
        }
        guard newest?.first?.id == job.id else { return Self.none }
        return try members(of: job.location, job)
    }

    /// A lesson restored from elsewhere has renditions and no job.
    private static func status(_ job: Job?, hasSeveral: Bool) -> String {
        switch job?.status {
        case .queued: "queued"
        case .processing: "processing"
        case .failed: "failed"
        case .completed: "completed"
        case .superseded, nil: hasSeveral ? "completed" : "none"
        }
    }

    /// One that can be watched; what is nil was not measured.
    private struct Ready {
        let name: RenditionName
        let size: PictureSize?
        let measured: Rendition?
        let codecs: String?

        var json: JSONValue {
            [
                "name": .string("\(name)"), "width": size.map { .integer($0.width) } ?? .null,
                "height": size.map { .integer($0.height) } ?? .null,
                "frame_rate": measured.map { .number($0.frameRate) } ?? .null,
                "bandwidth": measured.map { .integer($0.bandwidth) } ?? .null,
                "average_bandwidth": measured.map { .integer($0.averageBandwidth) } ?? .null,
                "codecs": codecs.map { .string($0) } ?? .null, "status": "ready",
            ]
        }
    }

    /// Those that can be watched; nil where there is no lesson.
    private func ready(_ location: LessonLocation, _ upload: Job?) throws(Refusal) -> [Ready]? {
        let facts: RenditionFacts?
        do throws(FileError) {
            guard let lesson = try services.files.openLesson(at: location) else { return nil }
            facts = try lesson.read(LessonFile.facts).flatMap { RenditionFacts(reading: $0) }
        } catch {
            throw Refusal(error)
        }
        guard let facts else {
            return [Ready(name: .first, size: upload?.size, measured: nil, codecs: upload?.codecs)]
        }
        return facts.renditions.map { rendition in
            let size = PictureSize(width: rendition.width, height: rendition.height)
            return Ready(name: rendition.name, size: size, measured: rendition, codecs: rendition.codecs)
        }
    }
}

extension Job {
    /// One of those that the job makes; nil where they came to nothing.
    fileprivate func json(of rendition: RenditionProgress) -> JSONValue? {
        let state: String
        switch status {
        case .queued: state = "queued"
        case .processing: state = rendition.share > 0 ? "processing" : "queued"
        case .failed: state = "failed"
        case .completed, .superseded: return nil
        }
        return [
            "name": .string("\(rendition.name)"), "width": .integer(rendition.size.width),
            "height": .integer(rendition.size.height), "frame_rate": .number(rendition.frameRate),
            "bandwidth": .null, "average_bandwidth": .null, "codecs": .null, "status": .string(state),
        ]
    }
}
