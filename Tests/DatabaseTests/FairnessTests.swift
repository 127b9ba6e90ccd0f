import Database
import Domain
import Testing

@Suite struct FairnessTests {
    @Test(arguments: Engine.all) func aBatchDoesNotStarveAnothersSingleUpload(engine: Engine) throws {
        let fixture = try Fixture(engine)
        for index in 0..<200 { try fixture.enqueue("batch/c/m/l\(index)") }
        for _ in 0..<10 { _ = try fixture.claim() }
        let single = try fixture.enqueue("single/c/m/l")
        let next = try [fixture.claim()?.id, fixture.claim()?.id]
        #expect(next.contains(single))
    }

    @Test(arguments: Engine.all) func twoBatchesTakeTurns(engine: Engine) throws {
        let fixture = try Fixture(engine)
        for index in 0..<20 { try fixture.enqueue("first/c/m/l\(index)") }
        for index in 0..<20 { try fixture.enqueue("second/c/m/l\(index)") }
        var served: [String] = []
        for _ in 0..<20 { served.append(try #require(try fixture.claim()).location.ownerID.value) }
        #expect(served.filter { $0 == "first" }.count == 10)
    }

    @Test(arguments: Engine.all) func oneOwnersJobsRunInOrderOfArrival(engine: Engine) throws {
        let fixture = try Fixture(engine)
        let ids = try (0..<5).map { try fixture.enqueue("t/c/m/l\($0)") }
        var served: [TaskID] = []
        while let job = try fixture.claim() { served.append(job.id) }
        #expect(served == ids)
    }

    @Test(arguments: Engine.all) func anOwnerWhoWasIdleHasSavedUpNothing(engine: Engine) throws {
        let fixture = try Fixture(engine)
        for index in 0..<4 { try fixture.enqueue("busy/c/m/l\(index)") }
        for _ in 0..<2 { _ = try fixture.claim() }
        for index in 0..<4 { try fixture.enqueue("late/c/m/l\(index)") }
        var served: [String] = []
        for _ in 0..<4 { served.append(try #require(try fixture.claim()).location.ownerID.value) }
        #expect(served.filter { $0 == "busy" }.count == 2)
    }
}
