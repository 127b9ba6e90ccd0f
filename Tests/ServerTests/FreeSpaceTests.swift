import Domain
import Files
import Foundation
import Testing

@testable import Server

@Suite struct FreeSpaceTests {
    private static let floor = 1 << 20
    private let directory = FileManager.default.temporaryDirectory.appending(
        path: "space-\(UUID().uuidString)")

    private func withSpace(_ body: (FreeSpace) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = try DataDirectory(creatingAt: directory.path)
        try body(FreeSpace(files, floor: ByteCount(Self.floor)))
    }

    @Test(arguments: [Int.max, .max - floor, .max - floor - 1, .max >> 1])
    func `More than any disk has is refused, and nothing of it stays reserved`(bytes: Int) throws {
        try withSpace { space in
            let first = try space.reserve(1)
            for _ in 0..<3 {
                #expect(Self.code { () throws(Refusal) in try space.check(bytes) } == .insufficientStorage)
                #expect(
                    Self.code { () throws(Refusal) in _ = try space.reserve(bytes) } == .insufficientStorage)
            }
            try space.check(1)
            _ = consume first
        }
    }

    @Test func `What the disk has is not refused`() throws {
        try withSpace { space in
            try space.check(1)
            var reservation = try space.reserve(1)
            try reservation.take(1)
        }
    }

    private static func code(_ work: () throws(Refusal) -> Void) -> ErrorCode? {
        do { try work() } catch { return error.code }
        return nil
    }
}
