import Glibc
import Testing

@testable import FastCGI

@Suite struct PeerRuleTests {
    /// A socket of `video` (990) for the group of nginx (33), as the package has it; this is process 77.
    private func rule(isNginxOurUser: Bool = false) -> PeerRule {
        PeerRule(owner: 990, group: 33, process: 77, user: 990, isNginxOurUser: isNginxOurUser)
    }

    /// nginx by its group, or by a further one; root; this process.
    @Test(
        arguments: [
            (Peer(process: 5, user: 33, group: 33), []), (Peer(process: 5, user: 33, group: 100), [4, 33]),
            (Peer(process: 5, user: 65534, group: 65534), [33]), (Peer(process: 5, user: 0, group: 0), []),
            (Peer(process: 77, user: 990, group: 33), []),
        ] as [(Peer, [gid_t])])
    func nginxRootAndThisProcessAreHeard(peer: Peer, groups: [gid_t]) {
        #expect(rule().permits(peer, groups: { groups }))
    }

    /// Others, and another process of our own user though it has the group: a converter.
    @Test(
        arguments: [
            (Peer(process: 5, user: 1000, group: 1000), [4, 27]),
            (Peer(process: 77777, user: 65534, group: 65534), []),
            (Peer(process: 5, user: 990, group: 33), [33]),
        ] as [(Peer, [gid_t])])
    func othersAreNot(peer: Peer, groups: [gid_t]) {
        #expect(!rule().permits(peer, groups: { groups }))
    }

    @Test func ourUserIsHeardWhereNginxRunsAsIt() {
        #expect(rule(isNginxOurUser: true).permits(Peer(process: 5, user: 990, group: 33), groups: { [] }))
        #expect(!rule(isNginxOurUser: true).permits(Peer(process: 5, user: 1000, group: 9), groups: { [] }))
    }

    @Test func theSocketsOwnerIsHeardWhereItIsNotUs() {
        let rule = PeerRule(owner: 33, group: 0, process: 77, user: 990, isNginxOurUser: false)
        #expect(rule.permits(Peer(process: 5, user: 33, group: 33), groups: { [] }))
    }

    @Test func thisProcessIsItsOwnPeer() throws {
        let connection = try Connection(sending: [])
        defer { close(connection.server) }
        #expect(Peer(of: connection.server) == Peer(process: getpid(), user: geteuid(), group: getegid()))
    }
}
