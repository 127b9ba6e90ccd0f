import Domain
import Glibc

/// Holds off the removal of retired versions, from when they are listed until they are in their place.
package struct KeptVersions: ~Copyable {
    private let lock: Int32

    fileprivate init(lock: Int32) { self.lock = lock }

    deinit { close(lock) }
}

extension StagingDirectory {
    /// Keeps, within this directory, the files of the lesson that it will replace, and those of the versions that are
    /// still kept beside that one; the swap of the directories then brings them along.
    ///
    /// Call it after `sync`; keep the result until `publish` is over. Each version is listed before it is in its place:
    /// dying in between leaves a name in the list that leads nowhere, and never a version that is not listed.
    /// - Parameter limit: seconds that a version is kept at most.
    /// - Returns: nil where there is nothing to keep.
    package borrowing func keepReplaced(
        at location: LessonLocation, _ retirement: Retirement, limit: Int
    ) throws(FileError) -> KeptVersions? {
        guard retirement.end(keeping: limit) > retirement.time else { return nil }
        let kept = KeptVersions(lock: try ExclusiveLock.waiting(for: tree.retirementLockPath))
        guard let present = try tree.openLesson(at: location) else { return nil }
        let older = try present.retiredVersions().filter {
            $0.retirement.end(keeping: limit) > retirement.time
        }
        var done: [RetiredVersion] = []
        do throws(FileError) {
            done.append(RetiredVersion(version: present.version, retirement: retirement))
            try keep(done[0], from: present)
            for version in older {
                guard let files = try tree.openRetired(version.version[...], of: location) else { continue }
                done.append(version)
                try keep(version, from: files)
            }
            try tree.list(done, of: location)
            try FileSystem.sync(path)
        } catch {
            // Published as they are, they would never be removed.
            for version in done { try FileSystem.removeTree("\(path)/\(version.directory)") }
            throw error
        }
        return kept
    }

    private borrowing func keep(
        _ version: RetiredVersion, from files: borrowing LessonDirectory
    ) throws(FileError) {
        let directory = "\(path)/\(version.directory)"
        try FileSystem.makeDirectory(directory, mode: tree.sharedMode)
        try files.linkFiles(into: directory)
        try LessonVersion.mark(directory, version.retirement)
        try FileSystem.sync(directory)
    }
}
