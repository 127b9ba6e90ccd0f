import CDeeds
import Foundation
import Glibc
import Testing

@testable import System

@Suite(.enabled(if: SystemCallFilter.isSupported, "this kernel has no filter of system calls"))
struct SystemCallFilterTests {
    /// What the test program said: the error of each deed.
    private func outcomes() throws -> [String: Int32] {
        let folder = Bundle(for: Anchor.self).bundleURL
        let program = Process()
        program.executableURL = folder.appending(path: "deeds")
        let pipe = Pipe()
        program.standardOutput = pipe
        try program.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        program.waitUntilExit()
        #expect((program.terminationReason, program.terminationStatus) == (.exit, 0))
        let words = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
        return Dictionary(uniqueKeysWithValues: words.map { ("\($0[1])", Int32($0[0]) ?? -1) })
    }

    private final class Anchor {}

    @Test func `A process under it makes no socket and no process, and does nothing to others`() throws {
        let outcomes = try outcomes()
        var index: Int32 = 0
        while case let deed = focust_deed(index), let name = deed.name.map({ String(cString: $0) }) {
            // The C library takes the older call where the newer one is not there.
            let expected = name == "a process of the new call" ? ENOSYS : EPERM
            #expect(outcomes[name] == expected, "\(name)")
            index += 1
        }
        #expect(index > 30)
        #expect(outcomes["ordinary work"] == 0)
    }

    /// Without it: the table is of deeds that work.
    @Test(arguments: [
        "a unix socket", "a UDP socket", "a signal to the parent", "a file in memory", "code in memory",
    ])
    func `A process without it does them`(name: String) throws {
        var index: Int32 = 0
        while case let deed = focust_deed(index), let found = deed.name, String(cString: found) != name {
            index += 1
        }
        #expect(focust_do(focust_deed(index)) == 0)
    }
}
