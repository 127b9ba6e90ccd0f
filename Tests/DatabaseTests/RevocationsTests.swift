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
}
