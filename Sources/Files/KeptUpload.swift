import Glibc

/// An upload that is on disk for good, and not yet in the job table. As long as this value lives, the file is locked:
/// whoever compares disk and table knows that its row is still to come.
package struct KeptUpload: ~Copyable {
    /// Relative to the root, as the job table keeps it.
    package let path: String
    private let descriptor: Int32

    /// `descriptor` is this value's from now on.
    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Says that its row is in the job table, or the file gone.
    package consuming func release() {}
}

extension DataDirectory {
    /// Whether nobody is about to put the upload at `relative` into the job table. Ask the table afterwards: once this
    /// is true, no row comes any more.
    package func isAbandoned(upload relative: String) throws(FileError) -> Bool {
        try ExclusiveLock.ifAbandoned(absolutePath(relative)) {}
    }
}
