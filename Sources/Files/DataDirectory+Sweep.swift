import Domain
import Glibc

extension DataDirectory {
    /// Removes what dead processes left half-done; answers the paths, for the log.
    ///
    /// For the start of a process, while others may be at work: what is locked is somebody's, and stays.
    /// What is not locked is nobody's, even of a task that lives: each attempt has a directory of its own.
    package func sweep() throws(FileError) -> [String] {
        var removed: [String] = []
        for directory in [Self.stagingFolder, Self.uploadStagingFolder, Self.trashFolder, Self.workersFolder]
        {
            for name in try FileSystem.names(in: absolutePath(directory)) {
                let path = absolutePath("\(directory)/\(name)")
                let isGone = try ExclusiveLock.ifAbandoned(path) { () throws(FileError) in
                    try FileSystem.removeTree(path)
                }
                if isGone { removed.append("\(directory)/\(name)") }
            }
        }
        return removed + (try restoreAside()) + (try withdrawAbandonedWorks()) + (try sweepPresentations())
    }

    /// Where an upload died between storing a presentation and removing that of another extension, there are two: the
    /// older one goes.
    private func sweepPresentations() throws(FileError) -> [String] {
        var removed: [String] = []
        for course in try folders(in: StoredFile.coursePresentations) {
            removed += try keepNewest(in: course)
        }
        for course in try folders(in: StoredFile.modulePresentations) {
            for module in try folders(in: course) { removed += try keepNewest(in: module) }
        }
        return removed
    }

    /// Paths of the directories in one; what else lies there is somebody's own.
    private func folders(in directory: String) throws(FileError) -> [String] {
        var folders: [String] = []
        for name in try FileSystem.names(in: absolutePath(directory)) {
            let path = "\(directory)/\(name)"
            if try FileSystem.kind(of: absolutePath(path)) == S_IFDIR { folders.append(path) }
        }
        return folders
    }

    private func keepNewest(in folder: String) throws(FileError) -> [String] {
        guard try presentations(in: folder).count > 1 else { return [] }
        // Whoever uploads one now holds this until there is one again.
        let lock = try ExclusiveLock.waiting(for: presentationLockPath)
        defer { close(lock) }
        let old = try presentations(in: folder).sorted { $0.modified < $1.modified }.dropLast().map(\.path)
        for path in old { try FileSystem.remove(absolutePath(path)) }
        return old
    }

    private func presentations(in folder: String) throws(FileError) -> [(path: String, modified: Int64)] {
        try FileSystem.names(in: absolutePath(folder)).compactMap { name in
            let type =
                name.hasPrefix("presentation.") ? VideoFileType(rawValue: String(name.dropFirst(13))) : nil
            var status = stat()
            guard type != nil, lstat(absolutePath("\(folder)/\(name)"), &status) == 0 else { return nil }
            let modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
            return ("\(folder)/\(name)", modified)
        }
    }
}
