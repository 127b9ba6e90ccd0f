import CLinux
import Domain
import Glibc

/// An upload that may go on, in the hands of the one who works on it. Its size is the offset: what was synced is what
/// a client may be told.
package struct LockedUpload: ~Copyable {
    package let name: String
    /// What was written when it was made.
    package let info: [UInt8]
    private let directory: String
    private let lock: Int32
    /// -1 where there is none any more.
    private let data: Int32
    private var writeback = Writeback()
    /// Bytes that are there.
    package private(set) var byteCount = 0

    /// The descriptors are this value's from now on; `recover` comes next.
    init(_ name: String, in directory: String, info: [UInt8], lock: Int32, data: Int32) {
        self.name = name
        self.info = info
        self.directory = directory
        self.lock = lock
        self.data = data
    }

    deinit {
        if data >= 0 { close(data) }
        close(lock)
    }

    /// Finds out how many bytes are there, and takes back a part with a checksum whose receiver died: nobody can verify
    /// it any more.
    mutating func recover() throws(FileError) {
        try FileSystem.remove("\(directory)/wanted")
        guard data >= 0 else { return }
        var status = stat()
        guard fstat(data, &status) == 0 else { throw .last("fstat", directory) }
        byteCount = Int(status.st_size)
        guard let offset = try read("checking").flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
            return
        }
        try truncate(to: min(offset, byteCount))
        try forgetCheck()
    }

    // MARK: Receiving

    /// Whether somebody else waits for the lock.
    package var isWanted: Bool { FileSystem.exists("\(directory)/wanted") }

    /// Whether it was removed under our hands: what is written now is lost.
    package var isRemoved: Bool { !FileSystem.exists("\(directory)/info") }

    package mutating func write(_ bytes: Span<UInt8>) throws(FileError) {
        do {
            try FileSystem.write(bytes, to: data, path: directory)
        } catch {
            // Of a full disk's last write, a part may be there; it counts.
            var status = stat()
            if fstat(data, &status) == 0 { byteCount = Int(status.st_size) }
            throw error
        }
        byteCount += bytes.count
        writeback.wrote(bytes.count, to: data)
    }

    /// Makes all bytes survive a crash; only then a client may be told.
    package borrowing func sync() throws(FileError) {
        guard data < 0 || fdatasync(data) == 0 else { throw .last("fdatasync", directory) }
    }

    /// Says that what comes now counts only if it is verified; `keepChecked` or `truncate` ends that.
    package borrowing func beginCheck() throws(FileError) {
        try FileSystem.replace("\(directory)/checking", with: Array("\(byteCount)".utf8))
    }

    /// The bytes since `beginCheck` are good, and synced.
    package borrowing func forgetCheck() throws(FileError) {
        guard !isRemoved else { return }
        try FileSystem.remove("\(directory)/checking")
        try FileSystem.sync(directory)
    }

    /// Takes back everything after `offset`.
    package mutating func truncate(to offset: Int) throws(FileError) {
        guard ftruncate(data, offset) == 0, fdatasync(data) == 0 else { throw .last("ftruncate", directory) }
        byteCount = offset
    }

    /// Lets go of all bytes, and of those of no other file: what was handed over is another name of the same file until
    /// `setResult` has run, and after a crash for longer.
    package mutating func forgetBytes() throws(FileError) {
        guard data >= 0 else { return }
        if FileSystem.exists("\(directory)/result") { return try FileSystem.remove("\(directory)/data") }
        var status = stat()
        guard fstat(data, &status) == 0 else { throw .last("fstat", directory) }
        guard status.st_nlink > 1 else { return try truncate(to: 0) }
        try FileSystem.replace("\(directory)/data", with: [])
        byteCount = 0
    }

    // MARK: The end

    /// When bytes last came in, or the whole was handed over.
    package borrowing func touchedAt() throws(FileError) -> Timestamp {
        var status = stat()
        let name = FileSystem.exists("\(directory)/result") ? "result" : "data"
        guard lstat("\(directory)/\(name)", &status) == 0 else { throw .last("lstat", directory) }
        return Timestamp(seconds: status.st_mtim.tv_sec)
    }

    /// When it was made.
    package borrowing func madeAt() throws(FileError) -> Timestamp {
        var status = stat()
        guard lstat("\(directory)/info", &status) == 0 else { throw .last("lstat", directory) }
        return Timestamp(seconds: status.st_mtim.tv_sec)
    }

    /// When it ends, also while a part of it arrives: `rest` seconds after it was touched, and where it is not handed over
    /// by then, `age` seconds after it was made.
    package borrowing func end(rest: Int, age: Int) throws(FileError) -> Timestamp {
        let rested = try touchedAt().adding(seconds: rest)
        guard try result() == nil else { return rested }
        return min(rested, try madeAt().adding(seconds: age))
    }

    /// What became of the whole; nil where that is still to come.
    package borrowing func result() throws(FileError) -> [UInt8]? { try read("result") }

    /// The bytes as a received file that is handed over: another name of the same file, which stays here until
    /// `setResult`, so that a crash in between loses nothing.
    package borrowing func stagingFile(in tree: DataDirectory) throws(FileError) -> StagingFile {
        let place = "\(tree.root)/uploads/.staging"
        // Of one that died here: the sweep at the start passes over it while we have this file locked.
        for leftover in try FileSystem.names(in: place) where leftover.hasPrefix("\(name).") {
            try FileSystem.remove("\(place)/\(leftover)")
        }
        let second = focust_duplicate(data)
        guard second >= 0 else { throw .last("fcntl", directory) }
        // Whoever compares uploads with the job table must see that this one is in somebody's hands.
        _ = flock(second, LOCK_EX | LOCK_NB)
        let path = "\(place)/\(name).\(String(UInt64.random(in: .min ... .max), radix: 36))"
        guard link("\(directory)/data", path) == 0 else {
            let error = FileError.last("link", directory)
            close(second)
            throw error
        }
        return StagingFile(adopting: second, at: path, byteCount: byteCount)
    }

    /// Notes what became of the whole, and lets go of the bytes, which are kept elsewhere or by nobody.
    package borrowing func setResult(_ result: [UInt8]) throws(FileError) {
        try FileSystem.replace("\(directory)/result", with: result)
        try FileSystem.remove("\(directory)/data")
    }

    private borrowing func read(_ name: String) throws(FileError) -> [UInt8]? {
        let path = "\(directory)/\(name)"
        do {
            let descriptor = try FileSystem.open(path, O_RDONLY | O_NOFOLLOW)
            defer { close(descriptor) }
            return try FileSystem.readAll(descriptor, limit: DataDirectory.maxResumableInfo, path: path)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }
}
