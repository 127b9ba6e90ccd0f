import Glibc

/// Root's rights, put aside and taken up again for single calls: what a program of root's makes in a directory of
/// another user's could be turned elsewhere by that user, and would belong to root besides.
///
/// For a program of one thread: seteuid(2) changes all of them.
package struct Privilege: Sendable {
    /// Nil where this process is not root, or is root at home.
    private let owner: uid_t?

    /// Goes on as the user that owns `path`, where this is root. Without `path`, for reading alone, nothing changes.
    package init(steppingDownToOwnerOf path: String? = nil) throws(FileError) {
        var status = stat()
        guard let path, geteuid() == 0 else {
            owner = nil
            return
        }
        guard lstat(path, &status) == 0 else { throw .last("lstat", path) }
        guard status.st_uid != 0 else {
            owner = nil
            return
        }
        guard setgroups(0, nil) == 0, setegid(status.st_gid) == 0, seteuid(status.st_uid) == 0 else {
            throw .last("seteuid", path)
        }
        owner = status.st_uid
    }

    /// Whether `raised` runs its call with root's rights.
    var isRoot: Bool { owner != nil || geteuid() == 0 }

    /// Runs one call with root's rights, where there are any; errno is what it left behind.
    func raised<Result: ~Copyable>(_ call: () -> Result) -> Result {
        guard let owner else { return call() }
        seteuid(0)
        let result = call()
        let failure = errno
        // Going down always succeeds; should it not, nothing more may be done.
        if seteuid(owner) != 0 { _exit(1) }
        errno = failure
        return result
    }
}
