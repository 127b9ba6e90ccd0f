import ArgumentParser
import Conversion
import Database
import Domain
import Files
import System
import Settings

/// `focust-video renditions --missing`: queues the making of renditions for lessons that have one alone.
struct RenditionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renditions",
        abstract: "Queue the making of further renditions for lessons that have none.",
        discussion: """
            They are made of the original, or, where that is gone, of the lesson's own segments, by the server and its \
            workers when no upload waits. Who watches meanwhile notices nothing. Lessons that have several renditions, \
            and those for which none was worth keeping, are left out; lessons that another program wrote have to be \
            imported first (`focust-video import`).
            Exit codes: 0 done, 1 a lesson is missing, foreign or cannot be read (it is named), 2 wrong usage or settings.
            """)

    @Flag(help: "Of every lesson that has one rendition.") var missing = false
    @Option(help: "Only of this lesson: four ids joined by /, or two in the older layout.") var rel: String?

    func validate() throws {
        guard missing else { throw ValidationError("Say --missing.") }
    }

    func run() throws {
        let location = try rel.map { rel in
            guard let location = LessonLocation(rel) else { throw ValidationError("--rel names no lesson.") }
            return location
        }
        let settings = try SettingsLoader.load(for: .work)
        guard !settings.ladder.rungs.isEmpty else {
            throw ValidationError("FOCUST_RENDITIONS is none: a lesson has one rendition.")
        }
        // Before the server's first start, root would make directories that the server then cannot open.
        _ = try Privilege(steppingDownToOwnerOf: settings.dataDirectory)
        let storage = try Storage(settings)
        let search = MissingRenditions(
            files: storage.files, database: storage.database, ladder: settings.ladder,
            now: SystemClock.system.now())
        var (queued, failed) = (0, 0)
        func report(_ location: LessonLocation, _ outcome: MissingRenditions.Outcome) {
            if outcome == .queued { queued += 1 }
            if [.missing, .foreign, .unreadable].contains(outcome) { failed += 1 }
            print("\(Self.word(outcome))  \(location)")
        }
        if let location {
            report(location, try search.queue(location, isForced: true))
        } else {
            try search.run(report)
        }
        if queued > 0 { storage.wakeUp.signal() }
        print("queued \(queued)")
        if failed > 0 { throw ExitCode.failure }
    }

    private static func word(_ outcome: MissingRenditions.Outcome) -> String {
        switch outcome {
        case .queued: "queued"
        case .present: "present"
        case .complete: "complete"
        case .busy: "busy"
        case .missing: "missing"
        case .foreign: "foreign"
        case .unreadable: "unreadable"
        }
    }
}
