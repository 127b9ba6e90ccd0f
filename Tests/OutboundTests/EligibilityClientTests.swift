import Domain
import HTTPReceiver
import System
import Testing

@testable import Outbound

@Suite struct EligibilityClientTests {
    private static let user = Identifier("user-1")
    private static let lesson = LessonPath("t/c/m/l")
    private static let film = Filename("Leçon 1.mp4")

    @Test(arguments: [200, 201, 204])
    func `Any success grants`(status: Int) throws {
        let site = try HTTPReceiver(.status(status))
        try EligibilityClient(url: site.url).ask(question())
        #expect(site.received.count == 1)
    }

    @Test(arguments: [301, 302, 304, 400, 401, 403, 404, 429, 500, 503])
    func `Any other answer refuses`(status: Int) throws {
        let elsewhere = try HTTPReceiver()
        let site = try HTTPReceiver(.status(status, headers: ["Location: \(elsewhere.url)"]))
        let refusal = #expect(throws: Refusal.self) { try EligibilityClient(url: site.url).ask(question()) }
        #expect(refusal?.code == .notEligible)
        #expect(refusal?.code.status == 403)
        #expect(elsewhere.connectionCount == 0)
    }

    @Test(arguments: [HTTPReply.silence, .drip, .hangUp])
    func `No answer in time refuses, for now`(reply: HTTPReply) throws {
        let site = try HTTPReceiver(reply)
        let client = EligibilityClient(url: site.url, timeout: .milliseconds(300))
        let refusal = #expect(throws: Refusal.self) { try client.ask(question()) }
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.code.status == 503)
        #expect((refusal?.retryAfter ?? 0) > 0)
    }

    @Test func `A site that is down refuses at once, for now`() throws {
        let url = try { try HTTPReceiver().url }()
        let refusal = #expect(throws: Refusal.self) { try EligibilityClient(url: url).ask(question()) }
        #expect(refusal?.code == .unavailable)
    }

    @Test func `The site has three seconds, and no more`() throws {
        let site = try HTTPReceiver(.silence)
        let start = SystemClock.system.monotonicNanoseconds()
        #expect(throws: Refusal.self) { try EligibilityClient(url: site.url).ask(question()) }
        let milliseconds = (SystemClock.system.monotonicNanoseconds() - start) / 1_000_000
        #expect((2900...5000).contains(milliseconds))
    }

    @Test(arguments: [
        (0, #"{"user_id":"user-1","action":"play","type":"lesson","rel":"t/c/m/l"}"#),
        (
            1,
            #"{"user_id":"user-1","action":"download","type":"lesson","rel":"t/c/m/l","filename":"Leçon 1.mp4"}"#
        ),
        (
            2,
            #"{"user_id":"user-1","action":"download","type":"course","course_id":"c","filename":"Leçon 1.mp4"}"#
        ),
        (
            3,
            #"{"user_id":"user-1","action":"download","type":"module","course_id":"c","module_id":"m","#
                + #""filename":"Leçon 1.mp4"}"#
        ),
        (4, #"{"user_id":"user-1","action":"play","filename":"Leçon 1.mp4"}"#),
    ])
    func `The question names what it is about and nothing else`(number: Int, json: String) throws {
        let site = try HTTPReceiver()
        try EligibilityClient(url: site.url).ask(questions()[number])
        #expect(site.received.first?.text == json)
    }

    private func question() throws -> EligibilityQuestion { try questions()[0] }

    private func questions() throws -> [EligibilityQuestion] {
        let user = try #require(Self.user)
        let lesson = try #require(Self.lesson)
        let film = try #require(Self.film)
        return [
            .play(user: UserID(user), lesson: lesson),
            .download(user: UserID(user), target: .lesson(lesson), filename: film),
            .download(user: UserID(user), target: .course(lesson.course), filename: film),
            .download(
                user: UserID(user), target: .module(course: lesson.course, module: lesson.module),
                filename: film),
            .flat(user: user, action: .play, filename: film),
        ]
    }
}
