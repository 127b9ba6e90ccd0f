import Domain
import Glibc

extension DataDirectory {
    /// What became of a file or lesson of another tree.
    package enum Adoption: Sendable {
        case done
        /// Something has that place already, and keeps it.
        case present
    }

    /// Puts a file of another tree at `relative`, readable by nginx, unless something is there.
    package func adopt(
        _ file: borrowing ForeignFile, at relative: String, by transfer: Transfer
    ) throws(FileError) -> Adoption {
        let path = absolutePath(relative)
        try makeParents(of: path)
        let directory = try openDirectory(Self.parent(of: relative))
        defer { close(directory) }
        let name = String(relative.split(separator: "/").last ?? "")
        guard try transfer.put(file, into: directory, as: name, mode: sharedFileMode, path: relative) else {
            return .present
        }
        guard fsync(directory) == 0 else { throw .last("fsync", relative) }
        return .done
    }

    /// Publishes a lesson of another tree in one step, unless something is at its place: the playlists and the key as
    /// they were read, the segments of `directory` by `transfer`.
    package func adoptLesson(
        at location: LessonLocation, playlists: [(name: String, bytes: [UInt8])], key: [UInt8],
        segments: [String], of directory: String, in tree: ForeignTree, by transfer: Transfer
    ) throws(FileError) -> Adoption {
        guard !hasLesson(at: location) else { return .present }
        var random = SystemRandomNumberGenerator()
        let staging = try makeStagingDirectory(task: TaskID(random: (random.next(), random.next())))
        try staging.writeKey(key)
        for playlist in playlists { try staging.write(playlist.bytes, as: playlist.name) }
        let target = try openDirectory(
            "\(Self.stagingFolder)/" + (staging.path.split(separator: "/").last ?? ""))
        defer { close(target) }
        for name in segments {
            guard let file = try tree.file("\(directory)/\(name)") else {
                throw FileError(code: ENOENT, operation: "open", path: "\(directory)/\(name)")
            }
            _ = try transfer.put(
                file, into: target, as: name, mode: sharedFileMode, path: "\(location)/\(name)")
        }
        try staging.sync { (name, version) throws(FileError) in
            try link(name, of: target, into: version, tree.privilege)
        }
        guard try staging.publishNew(as: location) else {
            throw FileError(code: ENOTEMPTY, operation: "publish", path: StoredFile.lesson(location))
        }
        return .done
    }

    /// The second name of a segment in the version's directory. As its owner, or else, where it is a link to a file of
    /// another user's (proc(5): protected_hardlinks), with root's rights.
    private func link(
        _ name: String, of directory: Int32, into versionName: String, _ privilege: Privilege
    ) throws(FileError) {
        let version = FileSystem.openBeneath(directory, versionName, O_RDONLY | O_DIRECTORY)
        guard version >= 0 else { throw .last("open", versionName) }
        defer { close(version) }
        if linkat(directory, name, version, name, 0) == 0 { return }
        guard privilege.raised({ linkat(directory, name, version, name, 0) }) == 0 else {
            throw .last("link", name)
        }
    }

    /// Opens a directory of the tree without following a link on the way.
    private func openDirectory(_ relative: String) throws(FileError) -> Int32 {
        let rootDescriptor = try FileSystem.open(root, O_RDONLY | O_DIRECTORY)
        defer { close(rootDescriptor) }
        let descriptor = FileSystem.openBeneath(rootDescriptor, relative, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw .last("open", relative) }
        return descriptor
    }
}
