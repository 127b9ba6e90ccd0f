import Domain
import Glibc

extension DataDirectory {
    /// Keeps a received video for its conversion, locked until its row is in the job table.
    ///
    /// The task's id is its name: two uploads of one lesson never meet, and a file tells which row it
    /// belongs to.
    package func commitUpload(
        _ staged: consuming StagingFile, task: TaskID, location: LessonLocation, filename: Filename
    ) throws(FileError) -> KeptUpload {
        let relative = StoredFile.upload(task, of: location, as: filename)
        let path = absolutePath(relative)
        let kept = KeptUpload(path: relative, descriptor: try staged.sharedDescriptor())
        do {
            try staged.commit(to: path, in: self)
        } catch {
            // Where the name could not be synced, the client hears of a failure and nobody would look for
            // the file.
            unlink(path)
            throw error
        }
        return kept
    }

    /// Removes an upload that is no longer needed, and the directories it leaves empty.
    package func removeUpload(_ relative: String) throws(FileError) {
        let path = absolutePath(relative)
        try checkParents(of: path)
        try FileSystem.remove(path)
        removeEmptyParents(of: path, upTo: absolutePath(StoredFile.uploads))
    }

    /// The uploads that lie waiting, for comparing them with the job table; what older servers kept under
    /// other names is not among them.
    package func waitingUploads() throws(FileError) -> [WaitingUpload] {
        var found: [WaitingUpload] = []
        try collect(below: StoredFile.uploads, depth: 0, into: &found)
        return found
    }

    private func collect(
        below relative: String, depth: Int, into found: inout [WaitingUpload]
    ) throws(FileError) {
        for name in try FileSystem.names(in: absolutePath(relative)) where !name.hasPrefix(".") {
            let path = "\(relative)/\(name)"
            var status = stat()
            guard lstat(absolutePath(path), &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            // Four ids at most.
            case S_IFDIR where depth < 4: try collect(below: path, depth: depth + 1, into: &found)
            case S_IFREG:
                if let upload = WaitingUpload(path: path, name: name, status) { found.append(upload) }
            default: break
            }
        }
    }
}
