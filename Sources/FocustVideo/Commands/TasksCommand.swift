import ArgumentParser
import Database
import Domain
import Files
import Settings
import System

/// `focust-video tasks list|show|retry`: the job table by hand.
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks", abstract: "Look at conversion tasks, and try failed ones again.",
        subcommands: [List.self, Show.self, Retry.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest tasks, one a line.")

        @Option(help: "Only this lesson's: four ids joined by /, or two in the older layout.") var rel:
            String?
        @Option(help: "queued, processing, completed, failed or superseded") var status: String?
        @Option(help: "How many at most.") var limit = 50

        /// An id, a status, a share, when it came and last changed, its lesson and file.
        func run() throws {
            let location = try rel.map { rel in
                guard let location = LessonLocation(rel) else {
                    throw ValidationError("--rel names no lesson.")
                }
                return location
            }
            let status = try self.status.map { text in
                guard let status = JobStatus(rawValue: text) else {
                    throw ValidationError("--status is unknown.")
                }
                return status
            }
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000.") }
            let jobs = try storage().database.jobs.list(location: location, status: status, limit: limit)
            for job in jobs {
                let name = Console.printable(job.filename.value)
                let share = "\(Int(job.progress * 100)) %"
                let times = "\(job.createdAt.iso8601)  \(job.updatedAt.iso8601)"
                print("\(job.id)  \(job.status.rawValue)  \(share)  \(times)  \(job.location)  \(name)")
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All that is known of one task.")

        @Argument(help: "The task's id.") var id: String

        func run() throws {
            let database = try storage().database
            let job = try TasksCommand.job(id, database)
            let facts: [(String, String?)] = [
                ("task", job.id.value), ("lesson", "\(job.location)"), ("file", job.filename.value),
                ("status", job.status.rawValue), ("progress", "\(Int(job.progress * 100)) %"),
                ("attempts", "\(job.attempts)"), ("created", job.createdAt.iso8601),
                ("updated", job.updatedAt.iso8601), ("duration", job.duration.map { "\($0.plain) s" }),
                ("codecs", job.codecs), ("plan", job.plan?.split(separator: "\n").joined(separator: "; ")),
                ("error", job.error.map { "\($0.code): \($0.message)" }),
                ("cause", Self.whereTheCauseIs(job)),
            ]
            for (name, value) in facts { if let value { print("\(name): \(Console.printable(value))") } }
            for callback in try database.callbacks.callbacks(of: job.id) {
                print("callback: \(Console.printable(Self.description(of: callback)))")
            }
        }

        /// Sentences of libav and paths are for the log, and not for the trainer who reads `error`.
        private static func whereTheCauseIs(_ job: Job) -> String? {
            guard let error = job.error, error != .superseded, error != .cancelled else { return nil }
            return "journalctl -u focust-video-work -u focust-video -o cat --grep task_id=\(job.id)"
        }

        /// The receiver by its origin alone: a path or query may hold a secret.
        private static func description(of callback: Callback) -> String {
            let answer = callback.lastError ?? callback.lastStatus.map { "HTTP \($0)" }
            let next = callback.status == .pending ? "next \(callback.nextAttempt.iso8601)" : nil
            let facts = [
                callback.status.rawValue, "\(callback.attempts) attempts", answer, next,
                Origin(of: callback.url)?.description,
            ]
            return facts.compactMap { $0 }.joined(separator: ", ")
        }
    }

    struct Retry: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Queue a failed task again; of any other, send the callbacks that did not arrive now.")

        @Argument(help: "The task's id.") var id: String
        @Flag(help: "Only send the callbacks, also of a failed task.") var callbacks = false

        func run() throws {
            let storage = try TasksCommand.storage()
            let job = try TasksCommand.job(id, storage.database)
            let now = SystemClock.system.now()
            if !callbacks, try storage.database.jobs.retry(job.id, now: now) != nil {
                storage.wakeUp.signal()
                return print("queued")
            }
            let due = try storage.database.callbacks.resend(job.id, now: now)
            guard due > 0 else {
                Console.error(
                    "focust-video: neither failed as its lesson's newest, nor with a callback left to send")
                throw ExitCode.failure
            }
            storage.callbackWakeUp.signal()
            print("callbacks due: \(due)")
        }
    }

    private static func storage() throws -> Storage {
        let settings = try SettingsLoader.load(for: .work)
        // Before the server's first start, root would make directories that the server then cannot open.
        _ = try Privilege(steppingDownToOwnerOf: settings.dataDirectory)
        return try Storage(settings)
    }

    private static func job(_ text: String, _ database: any Database) throws -> Job {
        guard let id = TaskID(text) else { throw ValidationError("That is no task's id.") }
        guard let job = try database.jobs.job(id) else {
            Console.error("focust-video: there is no such task")
            throw ExitCode.failure
        }
        return job
    }
}
