import Database
@testable import DatabaseSQLite
import Domain
import Testing

/// Jobs that make further renditions, as `JobQueue` states their place below the conversions.
@Suite struct RenditionJobTests {
    /// Publishes a conversion of `rel`, and answers the job for its renditions.
    @discardableResult
    private func publish(_ rel: String, _ fixture: Fixture, at time: Int64 = 1000) throws -> TaskID {
        try fixture.enqueue(rel, at: time)
        let job = try #require(try fixture.claim("maker", at: time))
        #expect(job.kind == .conversion)
        let next = try newJob(rel, kind: .renditions)
        #expect(
            try fixture.jobs.finish(
                job.id, worker: "maker", duration: 1, callback: nil, followedBy: next, now: at(time)
            ) {})
        return next.id
    }

    @Test(arguments: Engine.all) func `A finished conversion is followed by its renditions`(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        let job = try #require(try fixture.claim())
        #expect(job.id == id && job.kind == .renditions)
        #expect(try fixture.claim("x") == nil)
    }

    @Test(arguments: Engine.all) func `A conversion that is not published is followed by nothing`(
        engine: Engine
    )
        throws
    {
        let fixture = try Fixture(engine)
        let id = try fixture.enqueue("t/c/m/l")
        _ = try fixture.claim("w", at: 1000)
        let next = try newJob("t/c/m/l", kind: .renditions)
        #expect(throws: Unexpected.self) {
            try fixture.jobs.finish(
                id, worker: "w", duration: 1, callback: nil, followedBy: next, now: at(1001)
            ) { throw Unexpected("disk full") }
        }
        #expect(
            try !fixture.jobs.finish(
                id, worker: "another", duration: 1, callback: nil, followedBy: next, now: at(1001)
            ) {})
        #expect(try fixture.jobs.job(next.id) == nil)
    }

    @Test(arguments: Engine.all) func `No renditions begin while a conversion waits`(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        #expect(try !fixture.jobs.conversionWaits())
        let upload = try fixture.enqueue("t2/c/m/l", at: 2000)
        #expect(try fixture.jobs.conversionWaits())
        #expect(try fixture.claim("w", at: 2001)?.id == upload)
        #expect(try !fixture.jobs.conversionWaits())
        #expect(try fixture.claim("x", at: 2002)?.id == id)
    }

    @Test(arguments: Engine.all) func `Nor while one waits for space, but beside one that failed and pauses`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        let upload = try fixture.enqueue("t2/c/m/l", at: 2000)
        _ = try fixture.claim("w", at: 2000)
        try fixture.jobs.release(
            upload, worker: "w", retryAt: at(20_000), because: .insufficientStorage, now: at(2000))
        #expect(try fixture.jobs.conversionWaits())
        #expect(try fixture.claim("x", at: 3000) == nil)
        #expect(try fixture.claim("w", at: 20_000)?.id == upload)
        _ = try fixture.jobs.fail(
            upload, worker: "w", failure: .cancelled, .passing, callback: nil, now: at(20_001))
        #expect(try !fixture.jobs.conversionWaits())
        #expect(try fixture.claim("x", at: 30_000)?.id == id)
    }

    @Test(arguments: Engine.all) func `What gave way runs again, and the attempt does not count`(
        engine: Engine
    )
        throws
    {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        _ = try fixture.claim("w", at: 2000)
        let upload = try fixture.enqueue("t2/c/m/l", at: 2001)
        #expect(try fixture.jobs.conversionWaits())
        try fixture.jobs.release(id, worker: "w", now: at(2002))
        #expect(try fixture.claim("w", at: 2003)?.id == upload)
        let again = try #require(try fixture.claim("x", at: 2004))
        #expect(again.id == id && again.attempts == 1)
    }

    @Test(arguments: Engine.all) func `A newer upload ends them when it is published, and not before`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let old = try publish("t/c/m/l", fixture)
        _ = try fixture.claim("w", at: 2000)
        try fixture.enqueue("t/c/m/l", at: 2001)
        #expect(try fixture.status(old) == .processing)
        let conversion = try #require(try fixture.claim("x", at: 2002))
        #expect(conversion.kind == .conversion)
        let next = try newJob("t/c/m/l", kind: .renditions)
        #expect(
            try fixture.jobs.finish(
                conversion.id, worker: "x", duration: 1, callback: nil, followedBy: next, now: at(2003)
            ) {})
        #expect(try fixture.jobs.job(old)?.error == .superseded)
        #expect(try !fixture.jobs.heartbeat(old, worker: "w", progress: 1, lease: .seconds(9), now: at(2004)))
        #expect(
            try !fixture.jobs.finish(old, worker: "w", duration: nil, callback: nil, now: at(2004)) {
                Issue.record("renditions of the older film were published")
            })
        #expect(try fixture.claim("w", at: 2005)?.id == next.id)
    }

    @Test(arguments: Engine.all) func `Those that wait do not begin for a lesson that is being replaced`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let old = try publish("t/c/m/l", fixture)
        let upload = try fixture.enqueue("t/c/m/l", at: 2001)
        #expect(try fixture.claim("w", at: 2002)?.id == upload)
        #expect(try fixture.claim("x", at: 2003) == nil)
        _ = try fixture.jobs.fail(
            upload, worker: "w", failure: .cancelled, .lasting, callback: nil, now: at(2004))
        #expect(try fixture.claim("x", at: 2005)?.id == old)
    }

    @Test(arguments: Engine.all) func `Whatever speaks of a location's job means its conversion`(
        engine: Engine
    )
        throws
    {
        let fixture = try Fixture(engine)
        let jobs = fixture.jobs
        let location = try #require(LessonLocation("t/c/m/l"))
        let id = try publish("t/c/m/l", fixture)
        let conversion = try #require(try jobs.latest(location))
        #expect(conversion.kind == .conversion && conversion.status == .completed)
        #expect(try jobs.renditions(of: location)?.id == id)
        #expect(try jobs.list(location: location, limit: 10).map(\.id) == [conversion.id])
        #expect(try jobs.list(limit: 10).map(\.id) == [conversion.id])
        let counts = try jobs.counts()
        #expect(counts[.queued] == 0 && counts[.completed] == 1 && counts.renditions == [.queued: 1])
        #expect(counts.oldestQueued == nil)
        #expect(try jobs.locations(after: "", before: "z", limit: 9) == [location])
    }

    @Test(arguments: Engine.all)
    func `The uploads of an owner are not behind the renditions of the same owner`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        for index in 1...3 { try publish("t/c/m/l\(index)", fixture, at: Int64(index) * 1000) }
        let own = try fixture.enqueue("t/c/m/new", at: 5000)
        try fixture.enqueue("other/c/m/l", at: 5001)
        #expect(try fixture.claim("w", at: 5002)?.id == own)
    }

    @Test(arguments: Engine.all) func `Deletion ends them, and names no upload of theirs`(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let location = try #require(LessonLocation("t/c/m/l"))
        let id = try publish("t/c/m/l", fixture)
        _ = try fixture.claim("w", at: 2000)
        #expect(try fixture.jobs.cancelAll(location, now: at(2001), remove: {}).isEmpty)
        #expect(try fixture.jobs.job(id)?.error == .cancelled)
        #expect(try !fixture.jobs.heartbeat(id, worker: "w", progress: 1, lease: .seconds(9), now: at(2002)))
        #expect(try fixture.jobs.renditions(of: location) == nil)
    }

    @Test(arguments: Engine.all) func `They are added to a lesson of which nothing waits or runs`(
        engine: Engine
    )
        throws
    {
        let fixture = try Fixture(engine)
        let new = try newJob("t/c/m/l", kind: .renditions)
        #expect(try fixture.jobs.addRenditions(new, now: at(1)))
        #expect(try !fixture.jobs.addRenditions(newJob("t/c/m/l", kind: .renditions), now: at(2)))
        #expect(try fixture.claim("w", at: 3)?.id == new.id)
        #expect(try !fixture.jobs.addRenditions(newJob("t/c/m/l", kind: .renditions), now: at(4)))
        #expect(try fixture.jobs.finish(new.id, worker: "w", duration: nil, callback: nil, now: at(5)) {})
        try fixture.enqueue("t/c/m/l2", at: 6)
        #expect(try !fixture.jobs.addRenditions(newJob("t/c/m/l2", kind: .renditions), now: at(7)))
        #expect(try fixture.jobs.addRenditions(newJob("t/c/m/l", kind: .renditions), now: at(8)))
    }

    @Test(arguments: Engine.all) func `How far each rendition is, is told while its worker has the job`(
        engine: Engine
    ) throws {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        _ = try fixture.claim("w", at: 2000)
        let renditions = [
            RenditionProgress(
                name: try #require(RenditionName(number: 1)), size: PictureSize(width: 768, height: 432),
                frameRate: 29.97, share: 0.25)
        ]
        #expect(try fixture.jobs.note(id, worker: "w", renditions: renditions, now: at(2001)))
        #expect(try fixture.jobs.job(id)?.renditions == renditions)
        #expect(try !fixture.jobs.note(id, worker: "x", renditions: [], now: at(2002)))
        #expect(try fixture.jobs.job(id)?.renditions == renditions)
    }

    @Test(arguments: Engine.all) func `A worker that died with one loses it, as often as any`(engine: Engine)
        throws
    {
        let fixture = try Fixture(engine)
        let id = try publish("t/c/m/l", fixture)
        #expect(try fixture.claim("w1", at: 1_000_000)?.id == id)
        #expect(try fixture.claim("w2", at: 2_000_000)?.id == id)
        // The second time there is a pause.
        #expect(try fixture.claim("w3", at: 3_000_000) == nil)
        #expect(try fixture.claim("w3", at: 4_000_000)?.id == id)
        #expect(try fixture.claim("w4", at: 9_000_000) == nil)
        #expect(try fixture.jobs.job(id)?.error == .converterCrashed)
        #expect(try fixture.jobs.retry(id, now: at(9_000_001))?.status == .queued)
    }

    @Test(arguments: [
        "r1 768 432 30.0", "r16 768 432 30.0 0.5", "r1 768 432 30.0 0.5 x", "r1 a 432 30.0 0.5",
    ])
    func `A row that says something else is not believed`(text: String) {
        #expect(RenditionProgress.parse(text) == nil)
    }

    /// A file as the version before wrote it, with a job and a clock that has gone on.
    @Test func `An older table keeps its jobs and the turn of its clock`() throws {
        let fixture = try Fixture(.memory)
        let old = try SQLiteDatabase(
            path: fixture.path, migrations: Migrations(steps: Array(Migrations.all.steps.prefix(5))))
        try old.write { (connection) throws(DatabaseError) in
            try connection.execute(
                """
                INSERT INTO job (id, rel, owner, filename, source, bytes, turn, created_at, updated_at)
                VALUES ('0f8fad5b-d9cb-469f-a165-70867728950e', 't/c/m/l', 't', 'a.mp4', 'uploads/x', 1, 7, 1, 1);
                UPDATE queue_clock SET turn = 7
                """)
        }
        let new = try SQLiteDatabase(path: fixture.path)
        let location = try #require(LessonLocation("t/c/m/l"))
        #expect(try new.jobs.latest(location)?.kind == .conversion)
        _ = try new.jobs.enqueue(newJob("u/c/m/l"), now: at(2))
        let turns = try new.read { (connection) throws(DatabaseError) in
            try connection.prepared("SELECT turn FROM job ORDER BY seq").all { (row) in row.integer(0) }
        }
        #expect(turns == [7, 7])
    }
}
