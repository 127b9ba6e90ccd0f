import Domain
import Glibc

/// The tree that another one is brought into, looked at and never changed: by it a dry run and the run judge alike.
package struct Destination {
    /// What is at a path already.
    package enum Occupant: Equatable, Sendable {
        case nothing
        case file(ByteCount)
        /// Something that leaves no room for a file or a lesson; with the reason.
        case obstacle(String)
    }

    package let path: String
    /// Nil where there is no such tree yet.
    package let tree: ForeignTree?

    /// The tree at `path`, with this process's own rights.
    package init(at path: String) throws(FileError) {
        self.path = path
        tree = FileSystem.exists(path) ? try ForeignTree(at: path, Privilege()) : nil
    }

    /// What is where a file is to come.
    package func occupant(of relative: String) throws(FileError) -> Occupant {
        try occupant(of: relative) { (tree, kind) throws(FileError) in
            guard kind == .file, let file = try tree.file(relative) else { return nil }
            return .file(file.bytes)
        }
    }

    /// What is where the directory of a lesson is to come; rename(2) replaces an empty one.
    package func occupant(ofLesson directory: String) throws(FileError) -> Occupant {
        try occupant(of: directory) { (tree, kind) throws(FileError) in
            guard kind == .directory else { return nil }
            let isEmpty = try tree.entries(in: directory).isEmpty
            return isEmpty ? .nothing : .obstacle("there are other files and no lesson at its place")
        }
    }

    /// `judge` tells what a thing of that kind means there; where it answers nil, it is in the way.
    private func occupant(
        of relative: String, judge: (ForeignTree, ForeignTree.Entry.Kind) throws(FileError) -> Occupant?
    ) throws(FileError) -> Occupant {
        guard let tree else { return .nothing }
        var reached = "."
        // By bytes, as the kernel does: to Swift a slash and a combining mark are one character that is no slash.
        let parts = relative.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        for part in parts.dropLast() {
            let next = reached == "." ? part : "\(reached)/\(part)"
            guard let kind = try tree.kind(of: next) else { return room(in: reached, of: tree) }
            guard kind == .directory else { return .obstacle("\(next) is no directory") }
            reached = next
        }
        guard let kind = try tree.kind(of: relative) else { return room(in: reached, of: tree) }
        return try judge(tree, kind) ?? .obstacle("something else is there already")
    }

    private func room(in directory: String, of tree: ForeignTree) -> Occupant {
        tree.isWritable(directory) ? .nothing : .obstacle("\(directory) may not be written")
    }

    /// Throws what linking `file` would fail with, where `transfer` links and does nothing else.
    package func check(
        _ file: borrowing ForeignFile, by transfer: Transfer, as path: String
    ) throws(FileError) {
        guard transfer == .link, let code = obstacle(toLinking: file) else { return }
        throw FileError(code: code, operation: "link", path: path)
    }

    /// The user who may go on writing `file` once it is linked into this tree; nil where nobody but this tree's owner
    /// and root may, or where it is copied.
    package func strangeWriter(of file: borrowing ForeignFile, by transfer: Transfer) -> uid_t? {
        guard transfer != .copy, obstacle(toLinking: file) == nil else { return nil }
        let isOwn = file.owner == owner || file.owner == 0
        return isOwn && file.permissions & 0o022 == 0 ? nil : file.owner
    }

    /// Who owns the tree, or will.
    package var owner: uid_t { tree?.owner ?? geteuid() }

    /// What linkat(2) would leave in errno; nil where `file` can have a second name in this tree.
    private func obstacle(toLinking file: borrowing ForeignFile) -> Int32? {
        guard file.isReadableByAll else { return EACCES }
        if let tree, tree.device != file.device { return EXDEV }
        return file.mayBeLinked ? nil : EPERM
    }
}
