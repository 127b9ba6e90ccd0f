import Testing

@testable import Domain

@Suite struct TimestampTests {
    /// As `date -u -d @… +%FT%T.%3NZ` says.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_399_000, "2000-02-28T23:59:59.000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_709_164_800_001, "2024-02-29T00:00:00.001Z"),
        (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
        (1_769_862_896_789, "2026-01-31T12:34:56.789Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
    ])
    func aMomentIsWrittenInUTC(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
    }

    @Test(arguments: [(1999, 1), (2000, 2), (0, 0), (-1, -1), (-1000, -1), (-1001, -2)])
    func secondsAreRoundedDown(milliseconds: Int64, seconds: Int) {
        #expect(Timestamp(milliseconds: milliseconds).seconds == seconds)
    }

    @Test func momentsAreOrderedAndAddedTo() {
        let moment = Timestamp(seconds: 10)
        #expect(moment.adding(seconds: 5) == Timestamp(milliseconds: 15_000))
        #expect(moment.adding(milliseconds: -1) < moment)
        #expect(!(moment < moment))
    }
}
