import Testing
import Tokens

@testable import Server

@Suite struct FutureDatedTokensTests {
    private let lesson = RevocationList.Subject.location("t/c/m/l")
    private let user = RevocationList.Subject.user("u")

    @Test func aRevocationReachesWhatWasDatedAhead() {
        let ahead = FutureDatedTokens()
        ahead.note([user, lesson], dated: 101, now: 100)
        #expect(ahead.reach(of: user, now: 100) == 101)
        #expect(ahead.reach(of: lesson, now: 100) == 101)
    }

    @Test func aRevocationReachesNoFurtherThanNowForOthers() {
        let ahead = FutureDatedTokens()
        ahead.note([user], dated: 101, now: 100)
        #expect(ahead.reach(of: lesson, now: 100) == 100)
        #expect(ahead.reach(of: .user("u2"), now: 100) == 100)
    }

    @Test func whatIsDatedNowOrBeforeNeedsNoMemory() {
        let ahead = FutureDatedTokens()
        ahead.note([user], dated: 0, now: 100)
        ahead.note([user], dated: 100, now: 100)
        #expect(ahead.reach(of: user, now: 100) == 100)
    }

    @Test func aRevocationNeverReachesBackIntoThePast() {
        let ahead = FutureDatedTokens()
        ahead.note([user], dated: 101, now: 100)
        #expect(ahead.reach(of: user, now: 500) == 500)
    }

    @Test func theFurthestDateCounts() {
        let ahead = FutureDatedTokens()
        ahead.note([user], dated: 103, now: 100)
        ahead.note([user], dated: 102, now: 100)
        #expect(ahead.reach(of: user, now: 100) == 103)
    }
}

@Suite struct RevocationReachTests {
    @Test func anIdIsVoidWhateverItsDateAndAUserOnlyUpToTheRevocation() {
        let list = RevocationList()
        list.insert(.user("u"), revokedAt: 100, longestLife: 50)
        list.insert(.token(id: "j"), revokedAt: 100, longestLife: 50)
        #expect(list.firstValidSecond(for: [.user("u")]) == 101)
        #expect(list.firstValidSecond(for: [.token(id: "j")]) == 151)
    }
}
