import Database
import Domain
import Files
import Formats

/// Finds the lessons that have one rendition, and queues the making of the others.
package struct MissingRenditions {
    /// What became of a lesson.
    package enum Outcome: Equatable, Sendable {
        case queued
        /// It has several already.
        case present
        /// They were made before, and none was worth keeping.
        case complete
        /// A job of it waits or runs.
        case busy
        /// There is no such lesson.
        case missing
        /// Another program wrote its directory, and it was not imported.
        case foreign
        /// Its playlist does not say how long it is.
        case unreadable
    }

    private let files: DataDirectory
    private let database: any Database
    private let ladder: Ladder
    private let now: Timestamp

    package init(files: DataDirectory, database: any Database, ladder: Ladder, now: Timestamp) {
        self.files = files
        self.database = database
        self.ladder = ladder
        self.now = now
    }

    /// Every lesson of the tree, and of its flat, older layout.
    package func run(_ report: (LessonLocation, Outcome) -> Void) throws {
        var after = ""
        while true {
            let page = try files.lessons(LessonFilter(trainer: nil, course: nil), after: after, limit: 500)
            guard let last = page.last else { break }
            for lesson in page { report(.lesson(lesson), try queue(.lesson(lesson))) }
            after = last.description
        }
        for location in try files.flatLessons() { report(location, try queue(location)) }
    }

    /// One lesson. `isForced`: also where they were made before, by other settings perhaps.
    package func queue(_ location: LessonLocation, isForced: Bool = false) throws -> Outcome {
        guard let lesson = try files.openLesson(at: location),
            let playlist = try lesson.read(LessonFile.playlist)
        else { return .missing }
        guard lesson.versionDirectory != nil else { return .foreign }
        guard try !lesson.isMultivariant() else { return .present }
        guard let duration = PlaylistFacts.duration(of: playlist), duration > .zero else {
            return .unreadable
        }
        if !isForced, try database.jobs.renditions(of: location)?.status == .completed { return .complete }
        let upload = try database.jobs.latest(location)
        let source = try original(of: location, upload)
        guard let filename = source?.filename ?? upload?.filename ?? Filename("video.mp4") else {
            return .unreadable
        }
        let new = NewJob(
            renditionsOf: location, source: source?.path ?? "", filename: filename, ladder: ladder,
            duration: duration / .seconds(1),
            film: try source.flatMap { try files.size(of: $0.path) } ?? lesson.facts().bytes,
            successCallbackURL: upload?.successCallbackURL)
        return try database.jobs.addRenditions(new, now: now) ? .queued : .busy
    }

    /// Where the original lies, under the name that the lesson's task knows, else the only one that there is.
    private func original(
        of location: LessonLocation, _ upload: Job?
    ) throws -> (path: String, filename: Filename)? {
        let names = try upload.map { [$0.filename] } ?? files.originals(of: location)
        guard names.count == 1, let name = names.first else { return nil }
        let path = StoredFile.original(name, of: location)
        return try files.size(of: path) == nil ? nil : (path, name)
    }
}
