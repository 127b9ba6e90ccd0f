import Domain
import Glibc

/// How long the wall clock has gone on, for the next process: `state/clock`, two numbers.
extension DataDirectory {
    private static let maxClockBytes = 64
    /// What a number of it can be: a record is damaged that says more than thousands of years, or less than nothing.
    private static let clockNumbers: ClosedRange<Int64> = 0...(1 << 40)
    private var clockPath: String { absolutePath("\(StoredFile.state)/clock") }

    /// The second since 1970 at which it was kept, and for how many seconds the clock had gone on by then; nil where
    /// there is none that can be read.
    package func clockRecord() -> (wall: Int64, steadySeconds: Int64)? {
        // Without it the clock is believed a day later, which loses nothing.
        guard let descriptor = try? FileSystem.open(clockPath, O_RDONLY | O_NOFOLLOW) else { return nil }
        defer { close(descriptor) }
        let bytes = try? FileSystem.readAll(descriptor, limit: Self.maxClockBytes, path: clockPath)
        let numbers = String(decoding: bytes ?? [], as: UTF8.self).split(separator: " ").map { Int64($0) }
        guard numbers.count == 2, let wall = numbers[0], let steadySeconds = numbers[1],
            Self.clockNumbers.contains(wall), Self.clockNumbers.contains(steadySeconds)
        else { return nil }
        return (wall, steadySeconds)
    }

    package func keepClockRecord(wall: Int64, steadySeconds: Int64) throws(FileError) {
        try FileSystem.replace(clockPath, with: Array("\(wall) \(steadySeconds)".utf8))
    }
}
