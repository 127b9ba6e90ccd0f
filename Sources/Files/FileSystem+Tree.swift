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

    /// The directories in one, links not followed; none where it does not exist.
    ///
    /// By readdir(3)'s `d_type` where the file system has it: a lesson has a thousand files, and to ask for the kind of
    /// each takes a thousand calls.
    static func directories(in path: String) throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("opendir", path) }
            return []
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let type = Int(entry.pointee.d_type)
            guard type == Int(DT_DIR) || type == Int(DT_UNKNOWN) else { continue }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let isDirectory = type == Int(DT_DIR) ? true : try kind(of: "\(path)/\(name)") == S_IFDIR
            if isDirectory { names.append(name) }
        }
        return names
    }

    private static var removeTries: Int { 100 }

    /// Removes a file or a whole directory, following no link; that it is gone already is fine.
    static func removeTree(_ path: String) throws(FileError) {
        guard let kind = try kind(of: path) else { return }
        guard kind == S_IFDIR else { return try remove(path) }
        for attempt in 1...removeTries {
            for name in try names(in: path) { try removeTree("\(path)/\(name)") }
            if rmdir(path) == 0 || errno == ENOENT { return }
            // A process that had the directory open has put another file into it.
            guard [ENOTEMPTY, EEXIST].contains(errno), attempt < removeTries else {
                throw .last("rmdir", path)
            }
        }
    }
}
