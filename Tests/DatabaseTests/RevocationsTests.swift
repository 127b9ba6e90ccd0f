import Database
import Domain
import Testing

@Suite struct RevocationsTests {
    private func revocation(_ subject: Revocation.Subject, at time: Int64, until end: Int64) -> Revocation {
        Revocation(subject: subject, revokedAt: at(time), expiresAt: at(end))
    }

    @Test(
        arguments: Engine.all,
        [
            Revocation.Subject.token("j-1"), .user("u"), .location("t/c/m/l"),
            .other("presentation/course/c"),
        ])
    func aRevocationIsSeenByAnotherProcess(engine: Engine, subject: Revocation.Subject) throws {
        let fixture = try Fixture(engine)
        let stored = revocation(subject, at: 1, until: 9)
        try fixture.database.revocations.add(stored)
        #expect(try fixture.another().revocations.changes(since: 0).revocations == [stored])
    }

    @Test(arguments: Engine.all) func aFollowerSeesEachChangeOnce(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let revocations = fixture.database.revocations
        try revocations.add(revocation(.user("a"), at: 1, until: 9))
        let first = try revocations.changes(since: 0)
        try revocations.add(revocation(.user("b"), at: 2, until: 9))
        let second = try revocations.changes(since: first.sequence)
        #expect(first.revocations.map(\.subject) == [.user("a")])
        #expect(second.revocations.map(\.subject) == [.user("b")])
        #expect(try revocations.changes(since: second.sequence).revocations.isEmpty)
        #expect(try revocations.changes(since: second.sequence).sequence == second.sequence)
    }

    @Test(arguments: Engine.all) func revokingAgainIsAChangeAndNeverWeakens(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let revocations = fixture.database.revocations
        try revocations.add(revocation(.user("a"), at: 5, until: 50))
        let before = try revocations.changes(since: 0).sequence
        try revocations.add(revocation(.user("a"), at: 3, until: 99))
        let changes = try revocations.changes(since: before)
        #expect(changes.revocations == [revocation(.user("a"), at: 5, until: 99)])
        #expect(try revocations.changes(since: 0).revocations.count == 1)
    }

    @Test(arguments: Engine.all) func pruningTakesWhatCanMatchNothingAndReusesNoNumber(engine: Engine) throws
    {
        let fixture = try Fixture(engine)
        let revocations = fixture.database.revocations
        try revocations.add(revocation(.user("old"), at: 1, until: 10))
        try revocations.add(revocation(.user("new"), at: 1, until: 11))
        let seen = try revocations.changes(since: 0).sequence
        #expect(try revocations.prune(now: at(10)) == 1)
        #expect(try revocations.changes(since: 0).revocations.map(\.subject) == [.user("new")])
        #expect(try revocations.prune(now: at(11)) == 1)
        try revocations.add(revocation(.user("next"), at: 12, until: 20))
        #expect(try revocations.changes(since: seen).revocations.map(\.subject) == [.user("next")])
    }

    @Test(
        arguments: Engine.all,
        [
            Revocation.Subject.token("j"), .user("u"), .location("t/c/m/l"), .other("course/c"),
        ])
    func `A job of a token that was revoked meanwhile is not added, and supersedes nothing`(
        engine: Engine, subject: Revocation.Subject
    ) throws {
        let fixture = try Fixture(engine)
        let waiting = try fixture.enqueue("t/c/m/l")
        let authority = Authority(
            subjects: [.token("j"), .user("u"), .location("t/c/m/l"), .other("course/c")], issuedAt: at(5000))
        // By another process, in the second in which the token was issued.
        try fixture.another().revocations.add(revocation(subject, at: 5001, until: 99_000))
        let new = try newJob("t/c/m/l")
        #expect(try fixture.database.revocations.void(authority))
        var isKept = false
        let outcome = try fixture.jobs.enqueue(new, by: authority, now: at(6000)) { isKept = true }
        #expect(outcome == .revoked && !isKept)
        #expect(try fixture.jobs.job(new.id) == nil)
        #expect(try fixture.status(waiting) == .queued)
        // The site's backend has no token that could be revoked.
        #expect(try fixture.jobs.enqueue(new, by: nil, now: at(6000), keep: {}) != .revoked)
        #expect(try fixture.status(waiting) == .superseded)
    }

    @Test(
        arguments: Engine.all,
        [
            Revocation.Subject.token("j2"), .user("u2"), .user("j"), .location("t/c/m/l2"),
            .other("course/c2"),
        ])
    func `A revocation of something else leaves a token alone`(
        engine: Engine, subject: Revocation.Subject
    ) throws {
        let fixture = try Fixture(engine)
        try fixture.database.revocations.add(revocation(subject, at: 9000, until: 99_000))
        let authority = Authority(
            subjects: [.token("j"), .user("u"), .location("t/c/m/l")], issuedAt: at(5000))
        #expect(try !fixture.database.revocations.void(authority))
        #expect(
            try fixture.jobs.enqueue(newJob("t/c/m/l"), by: authority, now: at(6000), keep: {})
                == .queued(superseding: []))
    }

    @Test(arguments: Engine.all)
    func `A token issued after a user's revocation holds, and its id's never does`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let revocations = fixture.database.revocations
        try revocations.add(revocation(.user("u"), at: 4999, until: 99_000))
        try revocations.add(revocation(.token("j"), at: 4999, until: 99_000))
        #expect(try !revocations.void(Authority(subjects: [.user("u")], issuedAt: at(5000))))
        #expect(try revocations.void(Authority(subjects: [.token("j")], issuedAt: at(5000))))
        // One that does not say when it was issued is as old as can be.
        #expect(try revocations.void(Authority(subjects: [.user("u")], issuedAt: at(0))))
    }
}
