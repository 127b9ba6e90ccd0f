import Glibc

/// A lock on an open file or directory that says: somebody alive is working here.
///
/// flock(2): it belongs to the open file, so the kernel drops it when its process ends, however that
/// happens. No list of process ids could tell as surely whether a leftover may be swept.
enum ExclusiveLock {
    /// Waits for its turn with the file at `path`, made if it is missing; the turn ends when the descriptor is closed.
    static func waiting(for path: String) throws(FileError) -> Int32 {
        try waiting(FileSystem.open(path, O_RDONLY | O_CREAT, mode: 0o600), path)
    }

    /// Waits for its turn with the directory at `path`, which needs no file of its own for that.
    static func waiting(forDirectory path: String) throws(FileError) -> Int32 {
        try waiting(FileSystem.open(path, O_RDONLY | O_DIRECTORY), path)
    }

    private static func waiting(_ descriptor: Int32, _ path: String) throws(FileError) -> Int32 {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let error = FileError.last("flock", path)
                close(descriptor)
                throw error
            }
        }
        return descriptor
    }

    /// As `waiting`, but nil, at once, where it is another's turn.
    static func trying(_ path: String) throws(FileError) -> Int32? {
        let descriptor = try FileSystem.open(path, O_RDONLY | O_CREAT, mode: 0o600)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// Takes the lock of what the caller has just made; false where a sweep was quicker and has removed it,
    /// or is about to. Never waits.
    static func claim(_ descriptor: Int32) -> Bool {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    /// Runs `body` holding the lock of what lies at `path`; false, and not run, where somebody alive has it. Throws
    /// where that cannot be found out: out of descriptors, nobody may be taken for dead.
    static func ifAbandoned(_ path: String, _ body: () throws(FileError) -> Void) throws(FileError) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            // Gone meanwhile, or a link or socket, which nobody works on.
            guard [ENOENT, ELOOP, ENXIO].contains(errno) else { throw .last("open", path) }
            try body()
            return true
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        try body()
        return true
    }

    /// Makes something under a random name in `directory` and locks it, again where a sweep came in between.
    static func make(
        in directory: String, prefix: String, _ open: (String) throws(FileError) -> Int32
    ) throws(FileError) -> (path: String, descriptor: Int32) {
        for _ in 1...10 {
            let path = "\(directory)/\(prefix)\(String(UInt64.random(in: .min ... .max), radix: 36))"
            let descriptor = try open(path)
            if claim(descriptor) { return (path, descriptor) }
            close(descriptor)
        }
        throw FileError(code: ENOLCK, operation: "flock", path: directory)
    }
}
