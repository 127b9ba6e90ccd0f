import Glibc

extension FileSystem {
    /// The names in a directory, `.` and `..` left out; none where it does not exist.
    static func names(in path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            guard errno == ENOENT else { throw .last("opendir", path) }
            return []
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file or a whole directory, following no link; that it is gone already is fine.
    static func removeTree(_ path: String) throws(FileError) {
        guard let kind = try kind(of: path) else { return }
        guard kind == S_IFDIR else { return try remove(path) }
        for name in try names(in: path) { try removeTree("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw .last("rmdir", path) }
    }
}
