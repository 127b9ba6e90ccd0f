import Foundation
import Glibc
import Testing

@testable import System

@Suite struct OrphanSweepTests {
    /// What the test program says that starts children like this.
    private func orphans(_ arguments: String..., before: String = "") throws -> String {
        let program = Bundle(for: Anchor.self).bundleURL.appending(path: "orphans").path
        let command = before + "exec \"$0\" \"$@\""
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command, program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect((process.terminationReason, process.terminationStatus) == (.exit, 0))
        return text.trimmingCharacters(in: .newlines)
    }

    private final class Anchor {}

    @Test(arguments: [
        "setsid sleep 60 & exit 3",
        // Its own child becomes an orphan when it is ended, and that one's again.
        "setsid sh -c 'setsid sh -c \"setsid sleep 60 & exec sleep 60\" & exec sleep 60' & exit 3",
        "for each in 1 2 3 4 5 6 7 8; do setsid sleep 60 & done; exit 3",
        "trap '' TERM HUP INT; setsid sleep 60 & exit 3",
    ])
    func `What a child leaves behind outside its group ends with it`(script: String) throws {
        #expect(try orphans("swept", script) == "exited(code: 3), nothing lives on")
    }

    @Test func `A child that leaves nothing ends as it did`() throws {
        #expect(try orphans("swept", "exit 4") == "exited(code: 4), nothing lives on")
    }

    @Test func `No child that is waited for is taken for an orphan`() throws {
        #expect(try orphans("swept", "together") == "0")
    }

    @Test func `A process with children from before it began sweeps nothing`() throws {
        #expect(try orphans("swept", "begin") == "true")
        #expect(try orphans("swept", "begin", before: "sleep 5 > /dev/null & ") == "false")
    }

    @Test func `One that does not end is waited for once, and not found again in the next round`() throws {
        let hanging = try (0..<3).map { _ in try pair() }
        defer { for (_, writer) in hanging { close(writer) } }
        var rounds = 0
        OrphanSweep.rounds(within: 50) {
            rounds += 1
            return rounds == 1 ? hanging.map(\.reader) : []
        }
        #expect(rounds == 1)
        // Each reader was closed.
        var byte: UInt8 = 0
        #expect(hanging.allSatisfy { recv($0.writer, &byte, 1, Int32(MSG_DONTWAIT)) == 0 })
    }

    @Test func `Those that end are followed by a round for what they leave`() throws {
        var ended = try (0..<4).map { _ in try pair() }
        for (_, writer) in ended { close(writer) }
        var rounds = 0
        OrphanSweep.rounds(within: 10_000) {
            rounds += 1
            return ended.popLast().map { [$0.reader] }
        }
        #expect(rounds == 5)
    }

    /// Its reader becomes readable once its writer is closed, as a process's descriptor does when that has ended.
    private func pair() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func `Without a sweep it lives on`() throws {
        // Its parent is the program, which is gone, and it ends by itself.
        let said = try orphans("unswept", "setsid sleep 5 & exit 3")
        #expect(said == "exited(code: 3), something lives on")
    }
}
