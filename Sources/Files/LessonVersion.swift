import Glibc

/// The version of a lesson: a random name that its directory carries in a symbolic link, and a directory of that name
/// with a second name (hard link) for every file that nginx sends.
///
/// Between the answer "send this segment" and nginx's opening of it, the lesson can be replaced. A path that names the
/// version then leads nowhere, where the plain one would lead to a segment under another key.
enum LessonVersion {
    /// The link that names the version. No id and no file of a player's begins with a dot.
    private static let link = ".version"

    /// Gives the files in `directory` a version; call it once, when all of them are there. `mode` lets
    /// nginx in.
    static func make(
        in directory: String, of names: [String], mode: mode_t,
        linkingBy link: ((_ name: String, _ directory: String) throws(FileError) -> Void)? = nil
    ) throws(FileError) {
        let version = ".v-" + String(UInt64.random(in: .min ... .max), radix: 36)
        let path = "\(directory)/\(version)"
        try FileSystem.makeDirectory(path, mode: mode)
        for name in names {
            if let link {
                try link(name, version)
                continue
            }
            guard Glibc.link("\(directory)/\(name)", "\(path)/\(name)") == 0 else {
                throw .last("link", "\(path)/\(name)")
            }
        }
        try FileSystem.sync(path)
        guard symlink(version, "\(directory)/\(Self.link)") == 0 else { throw .last("symlink", directory) }
    }

    /// The version of an open lesson; nil for a tree that another program wrote.
    static func read(_ directory: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlinkat(directory, link, &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
