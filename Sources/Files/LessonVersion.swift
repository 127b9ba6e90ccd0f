import Glibc

/// The version of a lesson: a random name that its directory carries in a symbolic link, and a directory of that name
/// with a second name (hard link) for every file that nginx sends.
///
/// Between the answer "send this segment" and nginx's opening of it, the lesson can be replaced. A path that names the
/// version then leads nowhere, where the plain one would lead to a segment under another key.
///
/// A version that was replaced stays for a while under the same name, in the directory of the lesson that took its place,
/// with all its files and a mark that says since when.
enum LessonVersion {
    /// What the directory of a version is called, but for the version.
    static let prefix = ".v-"
    /// The link that marks the directory of a retired version, and says when it was retired.
    private static let retiredLink = ".retired"
    /// The link that names the version. No id and no file of a player's begins with a dot.
    private static let link = ".version"

    /// Gives the files in `directory` a version; call it once, when all of them are there. `mode` lets
    /// nginx in.
    static func make(
        in directory: String, of names: [String], mode: mode_t,
        linkingBy link: ((_ name: String, _ directory: String) throws(FileError) -> Void)? = nil
    ) throws(FileError) {
        let version = prefix + String(UInt64.random(in: .min ... .max), radix: 36)
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

    /// The directory of a version, as `make` names it; nil for what is no version of ours.
    ///
    /// Not generic: of another room it would not be specialised, and this was a twentieth of a segment's CPU.
    static func directory(of version: Substring) -> String? {
        let bytes = version.utf8.span
        // 13 digits to the base of 36 hold 64 bits.
        guard (1...13).contains(bytes.count) else { return nil }
        for index in bytes.indices where !isDigit(bytes[index]) { return nil }
        return prefix + version
    }

    /// The directory of a version, also of one that another program wrote and this one has replaced: `version` of
    /// `LessonDirectory` then has two numbers. Nil for what is no version.
    static func anyDirectory(of version: Substring) -> String? {
        let parts = version.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ directory(of: $0) != nil }) else { return nil }
        return prefix + version
    }

    /// Marks the directory of a version as retired.
    static func mark(_ directory: String, _ retirement: Retirement) throws(FileError) {
        guard symlink(retirement.description, "\(directory)/\(retiredLink)") == 0 else {
            throw .last("symlink", directory)
        }
    }

    /// When a version in the open directory of its lesson was retired; nil where it was not, or is not there.
    static func retirement(of version: String, in lesson: Int32) -> Retirement? {
        FileSystem.target(ofLink: "\(prefix)\(version)/\(retiredLink)", in: lesson).flatMap { Retirement($0) }
    }

    /// Of a number to the base of 36, as `String(_:radix:)` writes it.
    private static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The version of an open lesson; nil for a tree that another program wrote.
    static func read(_ directory: Int32) -> String? { FileSystem.target(ofLink: link, in: directory) }
}
