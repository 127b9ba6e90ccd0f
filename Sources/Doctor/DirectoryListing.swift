import Glibc

/// The entries of a directory.
enum DirectoryListing {
    /// Regular files and directories, links left out; none where it cannot be read.
    static func entries(_ path: String) -> [(name: String, isDirectory: Bool)] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var entries: [(name: String, isDirectory: Bool)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard name != ".", name != "..", lstat("\(path)/\(name)", &status) == 0 else { continue }
            let kind = status.st_mode & S_IFMT
            if kind == S_IFDIR || kind == S_IFREG { entries.append((name, kind == S_IFDIR)) }
        }
        return entries
    }
}
