import Testing

@testable import Files

@Suite struct ClockRecordTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test(arguments: [(0, 0), (1_800_000_000, 86_400), (1 << 40, 1 << 40)] as [(Int64, Int64)])
    func `What one process keeps the next one reads`(wall: Int64, steadySeconds: Int64) throws {
        try fixture.tree.keepClockRecord(wall: wall, steadySeconds: steadySeconds)
        let record = try #require(fixture.tree.clockRecord())
        #expect(record == (wall, steadySeconds))
    }

    @Test(arguments: [
        "", " ", "1", "1 2 3", "a b", "-9223372036854775808 0", "-1 0", "0 -1",
        "1800000000 9223372036854775807",
        "9223372036854775807 0", "99999999999999999999 0", "1099511627777 0", "0 1099511627777",
        String(repeating: "1 ", count: 1000),
    ])
    func `A damaged record is none`(text: String) throws {
        try fixture.write(text, to: "state/clock")
        #expect(fixture.tree.clockRecord() == nil)
    }

    @Test func `Where none was kept there is none`() {
        #expect(fixture.tree.clockRecord() == nil)
    }
}
