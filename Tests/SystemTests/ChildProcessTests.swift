import Foundation
import Glibc
import Testing

@testable import System

@Suite struct ChildProcessTests {
    /// What `script` writes to standard output, and how it ends.
    private func run(_ script: String, input: String = "") throws -> (
        output: String, ending: ChildProcess.Ending
    ) {
        var process = try ChildProcess(path: "/bin/sh", arguments: ["-c", script])
        try process.send(Array(input.utf8))
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var entry = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
            try #require(poll(&entry, 1, 10_000) == 1)
            let count = read(process.output, &buffer, buffer.count)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        return (String(decoding: output, as: UTF8.self), process.wait())
    }

    @Test func `It reads what is sent and answers`() throws {
        let result = try run("read line; echo \"got $line\"; exit 3", input: "hello\n")
        #expect(result.output == "got hello\n")
        #expect(result.ending == .exited(code: 3))
    }

    @Test func `It tells of which signal it died`() throws {
        #expect(try run("kill -SEGV $$").ending == .killed(signal: SIGSEGV))
    }

    @Test func `Whether it has ended can be seen without waiting`() throws {
        var process = try ChildProcess(path: "/bin/cat")
        let hadEnded = process.hasEnded
        try #require(kill(process.id, SIGTERM) == 0)
        var entry = pollfd(fd: process.end, events: Int16(POLLIN), revents: 0)
        try #require(poll(&entry, 1, 10_000) == 1)
        let hasEnded = process.hasEnded
        #expect((hadEnded, hasEnded) == (false, true))
        let ending = process.wait()
        #expect(ending == .killed(signal: SIGTERM))
    }

    @Test func `Its environment has none of ours`() throws {
        setenv("FOCUST_TEST_SECRET", "do not tell", 1)
        let names = try run("env").output.split(separator: "\n").map { $0.prefix { $0 != "=" } }
        // A shell sets some of its own.
        #expect(Set(names).isSubset(of: ["LANG", "PWD", "SHLVL", "_", "OLDPWD"]))
    }

    @Test func `It gets no descriptor but the standard ones`() throws {
        let leak = open("/etc/passwd", O_RDONLY)
        defer { close(leak) }
        // The one more is the directory that is being listed.
        #expect(try run("ls /proc/self/fd").output == "0\n1\n2\n3\n")
    }

    @Test func `Nobody's child is killed`() throws {
        var id: pid_t = 0
        do {
            let process = try ChildProcess(path: "/bin/sleep", arguments: ["60"])
            id = process.id
            #expect(kill(id, 0) == 0)
        }
        #expect(kill(id, 0) == -1 && errno == ESRCH)
    }

    @Test func `A program that is not there is an error`() {
        #expect(throws: SystemError.self) { _ = try ChildProcess(path: "/nonexistent/program") }
    }

    /// It keeps the socket open as long as it lives.
    @Test func `What it started ends with it`() throws {
        var process = try ChildProcess(
            path: "/bin/sh", arguments: ["-c", "sleep 1000 & echo started; exit 0"])
        #expect(process.wait() == .exited(code: 0))
        var buffer = [UInt8](repeating: 0, count: 100)
        var ended = false
        while !ended {
            var entry = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
            try #require(poll(&entry, 1, 10_000) == 1)
            ended = read(process.output, &buffer, buffer.count) <= 0
        }
    }
}
