import Domain
import Glibc

/// Uploads that may go on after a break: `uploads/.tus/<name>/`, each with
///
/// | file | holds |
/// | --- | --- |
/// | `info` | what it will become, written once; locked by whoever works on the upload |
/// | `data` | the bytes so far: its size is the offset |
/// | `checking` | while a part with a checksum comes in: the offset before it |
/// | `result` | what became of the whole |
/// | `wanted` | somebody waits for the lock |
///
/// All is on disk, nothing in memory: another process, or the next one, goes on where this one stopped.
extension DataDirectory {
    static let resumableFolder = "\(StoredFile.uploads)/.tus"
    /// The most bytes of `info` and `result`.
    static let maxResumableInfo = 64 << 10

    /// Makes a new upload, empty; it survives a crash from here on.
    package func makeResumable(_ name: String, info: [UInt8]) throws(FileError) {
        let directory = resumablePath(name)
        try FileSystem.makeDirectory(directory, mode: Self.privateMode)
        close(try FileSystem.open("\(directory)/data", O_RDWR | O_CREAT | O_EXCL, mode: 0o600))
        // Last, because an upload is one as soon as it has this.
        try FileSystem.replace("\(directory)/info", with: info)
        try FileSystem.sync("\(root)/\(Self.resumableFolder)")
    }

    /// The upload of that name, locked. Throws ENOENT where there is none, EWOULDBLOCK where another has it and does
    /// not give it up in time.
    package func lockedResumable(
        _ name: String, waitingAtMost milliseconds: Int
    ) throws(FileError) -> LockedUpload {
        let found = try ResumableUpload(name, in: resumablePath(name))
        return try found.locked(waitingAtMost: milliseconds)
    }

    /// What was written when the upload was made; nil where there is none.
    package func resumableInfo(_ name: String) throws(FileError) -> [UInt8]? {
        do {
            return try ResumableUpload(name, in: resumablePath(name)).info
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// The names of all uploads, whatever their state.
    package func resumableNames() throws(FileError) -> [String] {
        try FileSystem.names(in: absolutePath(Self.resumableFolder)).filter { !$0.hasPrefix(".") }
    }

    /// Removes an upload, also under the hands of somebody who writes it: what that one writes is lost.
    package func removeResumable(_ name: String) throws(FileError) {
        try discard("\(Self.resumableFolder)/\(name)")
    }

    /// Runs `body` while no other upload is made or ended, by this process or another.
    package func whileMakingResumables(_ body: () throws(FileError) -> Void) throws(FileError) {
        let lock = try ExclusiveLock.waiting(forDirectory: "\(root)/\(Self.resumableFolder)")
        defer { close(lock) }
        try body()
    }

    /// Removes an upload of which some of its `length` bytes are still to come. A request that writes it finds
    /// `LockedUpload.isRemoved` at its next look. False where the upload is whole, and so is handed over, or is gone.
    package func endResumable(_ name: String, length: Int) throws(FileError) -> Bool {
        do {
            let upload = try lockedResumable(name, waitingAtMost: 0)
            guard upload.byteCount < length, try upload.result() == nil else { return false }
            try removeResumable(name)
            return true
        } catch {
            if error.isNotFound { return false }
            guard error.isBusy else { throw error }
        }
        var status = stat()
        guard lstat("\(resumablePath(name))/data", &status) == 0, Int(status.st_size) < length else {
            return false
        }
        try removeResumable(name)
        return true
    }

    /// Removes the uploads that have ended by `now`, as `LockedUpload.end` says; answers their names, for the log.
    package func sweepResumables(rest: Int, age: Int, now: Timestamp) throws(FileError) -> [String] {
        var removed: [String] = []
        for name in try resumableNames() {
            guard try end(name, rest: rest, age: age).map({ $0 <= now }) ?? false else { continue }
            try removeResumable(name)
            removed.append(name)
        }
        return removed
    }

    /// When an upload ends; nil while a request works on it.
    private func end(_ name: String, rest: Int, age: Int) throws(FileError) -> Timestamp? {
        do {
            return try lockedResumable(name, waitingAtMost: 0).end(rest: rest, age: age)
        } catch {
            if error.isBusy { return nil }
            guard error.isNotFound else { throw error }
            // One whose making broke off, or goes on just now.
            var status = stat()
            guard lstat(resumablePath(name), &status) == 0 else { return nil }
            return Timestamp(seconds: status.st_mtim.tv_sec).adding(seconds: rest)
        }
    }

    private func resumablePath(_ name: String) -> String { "\(root)/\(Self.resumableFolder)/\(name)" }
}

extension FileSystem {
    /// Puts a file with this content in place in one step, to survive a crash from here on.
    static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let temporary = "\(path).new"
        let descriptor = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        defer { close(descriptor) }
        try write(bytes.span, to: descriptor, path: temporary)
        guard fsync(descriptor) == 0 else { throw .last("fsync", temporary) }
        try rename(temporary, path)
        try sync(DataDirectory.parent(of: path))
    }
}

extension FileError {
    /// Whether what the path names is not there (ENOENT).
    package var isNotFound: Bool { code.rawValue == ENOENT }

    /// Whether another has what is asked for (EWOULDBLOCK).
    package var isBusy: Bool { code.rawValue == EWOULDBLOCK }
}
