import Domain
import Glibc

/// A tree that another program wrote, to be read only. No symbolic link in it is followed: whoever could write there
/// would have us read, and hand out, whatever it names.
package final class ForeignTree {
    /// What lies in a directory of it.
    package struct Entry {
        package enum Kind {
            case directory, file, link, other
        }

        package let name: String
        /// `other` too where the name is no UTF-8, and so nothing that could be asked for.
        package let kind: Kind
        /// When its content was changed last, in nanoseconds since 1970.
        package let changedAt: Int
    }

    private let root: Int32
    let privilege: Privilege
    /// Of its root.
    private let status: stat

    package init(at path: String, _ privilege: Privilege) throws(FileError) {
        root = privilege.raised { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        self.privilege = privilege
        var status = stat()
        let isKnown = fstat(root, &status) == 0
        self.status = status
        // Of what was not opened there is no status either.
        guard root >= 0, isKnown else { throw .last("open", path) }
    }

    deinit { if root >= 0 { close(root) } }

    /// Who owns the root.
    var owner: uid_t { status.st_uid }
    /// The file system of the root.
    var device: dev_t { status.st_dev }

    /// The entries of a directory in the order of their names; none where it does not exist.
    package func entries(in relative: String) throws(FileError) -> [Entry] {
        let descriptor = openBeneath(relative, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .last("open", relative) }
            return []
        }
        guard let directory = fdopendir(descriptor) else {
            close(descriptor)
            throw .last("opendir", relative)
        }
        defer { closedir(directory) }
        var entries: [Entry] = []
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes != Array(".".utf8), bytes != Array("..".utf8) else { continue }
            entries.append(self.entry(bytes, in: descriptor))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// A regular file of it; nil where there is none at that path.
    package func file(_ relative: String) throws(FileError) -> ForeignFile? {
        // Non-blocking, because opening a named pipe would wait for its writer, for ever.
        let descriptor = openBeneath(relative, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard [ENOENT, ENOTDIR, ELOOP, EXDEV, ENXIO].contains(errno) else {
                throw .last("open", relative)
            }
            return nil
        }
        let file = ForeignFile(descriptor, path: relative, privilege)
        guard file.isRegular else { return nil }
        return consume file
    }

    /// What lies at a path, links not followed; nil where nothing does.
    func kind(of relative: String) throws(FileError) -> Entry.Kind? {
        var status = stat()
        let result = privilege.raised { fstatat(root, relative, &status, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .last("lstat", relative) }
            return nil
        }
        return Entry.Kind(status)
    }

    /// Whether this process, without root's rights that were put aside, may make something in a directory.
    func isWritable(_ directory: String) -> Bool {
        faccessat(root, directory, W_OK | X_OK, AT_EACCESS) == 0
    }

    private func openBeneath(_ relative: String, _ flags: Int32) -> Int32 {
        privilege.raised { FileSystem.openBeneath(root, relative, flags) }
    }

    private func entry(_ name: [UInt8], in directory: Int32) -> Entry {
        guard let text = String(validating: name, as: UTF8.self) else {
            return Entry(name: String(decoding: name, as: UTF8.self), kind: .other, changedAt: 0)
        }
        var status = stat()
        let isKnown = privilege.raised { fstatat(directory, text, &status, AT_SYMLINK_NOFOLLOW) } == 0
        return Entry(
            name: text, kind: isKnown ? Entry.Kind(status) : .other,
            changedAt: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
    }
}

extension ForeignTree.Entry.Kind {
    fileprivate init(_ status: stat) {
        self =
            switch status.st_mode & S_IFMT {
            case S_IFDIR: .directory
            case S_IFREG: .file
            case S_IFLNK: .link
            default: .other
            }
    }
}
