import Database
import Domain
import Foundation
import TestOutbox
import Testing

@testable import Callbacks

@Suite struct CallbackMessageTests {
    private let outbox: Outbox

    init() throws {
        outbox = try Outbox()
    }

    @Test func `Success is told with every member that receivers know`() throws {
        let job = try job("t1/c2/m3/l4")
        let body = CallbackMessage(job: job, ending: .success(duration: 12.5)).body
        #expect(
            String(decoding: body, as: UTF8.self) == """
                {"status":"success","user_id":"t1","video_id":"l4","hls_path":"/hls2/t1/c2/m3/l4/output.m3u8",\
                "message":"The video has been converted.","context":{"trainer_id":"t1","course_id":"c2",\
                "module_id":"m3","lesson_id":"l4"},"task_id":"\(job.id)","duration":12.5}
                """)
    }

    @Test func `Failure is told with the same members and the reason`() throws {
        let job = try job("t1/c2/m3/l4")
        let failure = JobFailure(code: "unsupported_media", message: "There is no \"video\" in it.")
        let body = CallbackMessage(job: job, ending: .failure(failure)).body
        #expect(
            String(decoding: body, as: UTF8.self) == """
                {"status":"error","user_id":"t1","video_id":"l4","hls_path":"/hls2/t1/c2/m3/l4/output.m3u8",\
                "message":"The video could not be converted.","context":{"trainer_id":"t1","course_id":"c2",\
                "module_id":"m3","lesson_id":"l4"},"task_id":"\(job.id)","duration":null,\
                "error":"There is no \\"video\\" in it."}
                """)
    }

    @Test func `In the flat layout the context holds what is known`() throws {
        let body = CallbackMessage(job: try job("user/film"), ending: .success(duration: nil)).body
        let value = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        #expect(value?["user_id"] as? String == "user")
        #expect(value?["video_id"] as? String == "film")
        #expect(value?["hls_path"] as? String == "/hls/user/film/output.m3u8")
        #expect(value?["context"] as? [String: String] == ["lesson_id": "film"])
        #expect(value?["duration"] is NSNull)
    }

    @Test(
        arguments: [
            (nil, nil, nil, nil), ("https://a/s", nil, nil, "https://a/s"), (nil, "https://a/e", nil, nil),
            ("https://a/s", nil, "https://d/", "https://a/s"), (nil, nil, "https://d/", "https://d/"),
            (nil, "https://a/e", "https://d/", "https://d/"),
        ] as [(String?, String?, String?, String?)])
    func `Success goes to the upload's URL, else to the server's, else nowhere`(
        success: String?, error: String?, server: String?, expected: String?
    ) throws {
        let job = try job("t/c/m/l", success: success, error: error)
        let composer = CallbackComposer(defaultURL: server)
        #expect(composer.success(of: job, duration: 1)?.url == expected)
        // The mirror image for failures.
        let mirrored = try self.job("t/c/m/l", success: error, error: success)
        #expect(composer.failure(of: mirrored, .converterCrashed)?.url == expected)
    }

    @Test func `Each callback has an id of its own, without a dot`() throws {
        let composer = CallbackComposer(defaultURL: "https://d/")
        let job = try job("t/c/m/l")
        let ids = try (0..<50).map { _ in try #require(composer.success(of: job, duration: 1)).id }
        #expect(Set(ids).count == 50)
        #expect(ids.allSatisfy { $0.hasPrefix("msg_") && !$0.contains(".") })
    }

    @Test func `A job whose workers died is told of, a superseded one is not`() throws {
        let composer = CallbackComposer(defaultURL: "https://d/")
        let crashed = try crashedJob()
        let body = try #require(composer.end(of: crashed)).body
        let value = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        #expect(value?["status"] as? String == "error")
        #expect(value?["error"] as? String == JobFailure.converterCrashed.message)
        _ = try outbox.database.jobs.enqueue(try newJob("a/b/c/d"), now: outbox.time.now)
        let superseded = try outbox.database.jobs.enqueue(try newJob("a/b/c/d"), now: outbox.time.now)
        #expect(composer.end(of: try #require(superseded.first)) == nil)
    }

    private func job(_ rel: String, success: String? = nil, error: String? = nil) throws -> Job {
        let new = try newJob(rel, success: success, error: error)
        _ = try outbox.database.jobs.enqueue(new, now: outbox.time.now)
        return try #require(try outbox.database.jobs.job(new.id))
    }

    /// One that a worker claims and never ends, until the queue gives it up.
    private func crashedJob() throws -> Job {
        _ = try outbox.database.jobs.enqueue(try newJob("t/c/m/l"), now: outbox.time.now)
        var ended: Job?
        for _ in 0..<20 where ended == nil {
            _ = try outbox.database.jobs.claim(worker: "w", lease: .seconds(1), now: outbox.time.now) {
                ended = $0
                return nil
            }
            outbox.time.advance(seconds: 3700)
        }
        return try #require(ended)
    }
}
