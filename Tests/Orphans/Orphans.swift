import Glibc
import System

/// Starts children that leave processes behind, and says how the children ended and what lives on. A process of its own,
/// because the sweep is for all children of one, and the tests' has others.
@main
enum Orphans {
    static func main() throws {
        guard CommandLine.arguments.count == 3 else { exit(EX_USAGE) }
        let isSwept = CommandLine.arguments[1] == "swept" ? OrphanSweep.begin() : false
        switch CommandLine.arguments[2] {
        case "begin": print(isSwept)
        case "together": print(try wrongEndings())
        case let script: print(try Child(script).outcome())
        }
    }

    /// How many of many children that run at once, each leaving a process behind, seem to have ended as they did not.
    private static func wrongEndings() throws -> Int {
        let counts = try (0..<8).map { _ in try Counter() }
        return counts.map { $0.wrong() }.reduce(0, +)
    }
}

/// A child of this process, which runs a script.
private struct Child: ~Copyable {
    private var process: ChildProcess

    init(_ script: String) throws(SystemError) {
        process = try ChildProcess(path: "/bin/sh", arguments: ["-c", script])
    }

    /// How it ended, and whether all who had its standard output are gone then.
    consuming func outcome() -> String {
        let ending = process.wait()
        var entry = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        let isOver = poll(&entry, 1, 0) == 1 && read(process.output, &byte, 1) == 0
        return "\(ending), \(isOver ? "nothing" : "something") lives on"
    }

    mutating func wait() -> ChildProcess.Ending { process.wait() }
}

/// A thread that starts children one after the other.
private final class Counter: @unchecked Sendable {
    private static let children: Int32 = 25
    /// Written by the thread alone, read when it has ended.
    private var count = 0
    private var thread: System.Thread?

    init() throws {
        thread = try System.Thread(name: "counter") { self.run() }
    }

    func wrong() -> Int {
        thread?.join()
        return count
    }

    private func run() {
        for code in 1...Self.children {
            if !isEndedRightly(by: code) { count += 1 }
        }
    }

    /// Whether a child that ends with `code` seems to have ended so; one that cannot be started does not.
    private func isEndedRightly(by code: Int32) -> Bool {
        guard var child = try? Child("setsid sleep 60 & exit \(code)") else { return false }
        return child.wait() == .exited(code: code)
    }
}
