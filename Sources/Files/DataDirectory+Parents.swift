import Glibc

/// The way to a file: made, synced, and without a link on it.
extension DataDirectory {
    /// How often a rename is tried whose directories somebody removes, empty, at the same moment: while they are
    /// being made, or after.
    private static var renameTries: Int { 5 }

    /// Moves a file or directory to `destination` for good: directories are made where missing, and the new
    /// name is on disk before this returns.
    func rename(_ source: String, to destination: String) throws(FileError) {
        for attempt in 1...Self.renameTries {
            do {
                try makeParents(of: destination)
                try FileSystem.rename(source, destination)
                break
            } catch
                where error.code.rawValue == ENOENT && attempt < Self.renameTries
                && FileSystem.exists(source)
            {
                continue
            }
        }
        // Only the directory that gained the name: should a crash bring the old name back beside it, then
        // as a leftover in a staging directory, which is swept.
        try FileSystem.sync(Self.parent(of: destination))
    }

    /// Makes the directories above `path`, each synced into its parent, so that what is renamed there stays.
    func makeParents(of path: String) throws(FileError) {
        for directory in parents(of: path) {
            if try FileSystem.makeDirectory(directory, mode: sharedMode) {
                try FileSystem.sync(Self.parent(of: directory))
            }
        }
    }

    /// Throws ENOTDIR where a directory above `path` is a link or no directory: followed, it would let us
    /// move or delete what lies elsewhere. Those that are missing are none of its business.
    func checkParents(of path: String) throws(FileError) {
        for directory in parents(of: path) {
            guard let kind = try FileSystem.kind(of: directory) else { return }
            guard kind == S_IFDIR else {
                throw FileError(code: ENOTDIR, operation: "resolve", path: directory)
            }
        }
    }

    /// The directories between the root and `path`, outermost first.
    private func parents(of path: String) -> [String] {
        var parent = root
        return path.dropFirst(root.count + 1).split(separator: "/").dropLast().map { part in
            parent += "/\(part)"
            return parent
        }
    }
}
