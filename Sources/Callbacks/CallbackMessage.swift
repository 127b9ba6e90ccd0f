import Database
import Domain
import Formats

/// What a callback says about the end of a conversion: the body of its request.
struct CallbackMessage: Equatable, Sendable {
    /// How the conversion ended.
    enum Ending: Equatable, Sendable {
        /// Published; `duration` in seconds.
        case success(duration: Double?)
        case failure(JobFailure)
        /// The lesson has its other renditions too.
        case renditions(duration: Double)
    }

    let job: Job
    let ending: Ending

    /// JSON, the members in the order that receivers have always seen.
    var body: [UInt8] {
        let members: [(String, JSONValue)] = [
            ("status", .string(status)), ("user_id", .string(job.location.ownerID.value)),
            ("video_id", .string(job.location.videoID.value)),
            ("hls_path", .string("/\(job.location.urlRoot)/\(job.location)/output.m3u8")),
            ("message", .string(message)), ("context", context), ("task_id", .string(job.id.value)),
            ("duration", duration.map { .number($0) } ?? .null),
        ]
        return JSONValue.object(members + error).serialized()
    }

    private var status: String {
        switch ending {
        case .success: "success"
        case .failure: "error"
        case .renditions: "renditions_ready"
        }
    }

    private var message: String {
        switch ending {
        case .success: "The video has been converted."
        case .failure: "The video could not be converted."
        case .renditions: "The video has all its renditions."
        }
    }

    private var duration: Double? {
        switch ending {
        case .success(let duration): duration ?? job.duration
        case .failure: job.duration
        case .renditions(let duration): duration
        }
    }

    /// A sentence, for receivers log or show it; the task tells the code.
    private var error: [(String, JSONValue)] {
        switch ending {
        case .success, .renditions: []
        case .failure(let failure): [("error", .string(failure.message))]
        }
    }

    /// The ids that the upload named. The flat layout knows neither trainer, course nor module.
    private var context: JSONValue {
        switch job.location {
        case .lesson(let path):
            [
                "trainer_id": .string(path.trainer.value), "course_id": .string(path.course.value),
                "module_id": .string(path.module.value), "lesson_id": .string(path.lesson.value),
            ]
        case .flat(_, let video): ["lesson_id": .string(video.value)]
        }
    }
}
