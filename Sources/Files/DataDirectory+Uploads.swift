import Domain

extension DataDirectory {
    /// Keeps a received video for its conversion; answers its path relative to the root.
    ///
    /// The task's id is its name: two uploads of one lesson never meet, and a file tells which row it belongs to.
    package func commitUpload(
        _ staged: consuming StagingFile, task: TaskID, location: LessonLocation, filename: Filename
    ) throws(FileError) -> String {
        let suffix = filename.pathExtension
        let relative = "uploads/\(location)/\(task)" + (suffix.isEmpty ? "" : ".\(suffix)")
        let path = absolutePath(relative)
        try makeParents(of: path)
        try staged.commit(to: path)
        return relative
    }

    /// Removes an upload that is no longer needed, and the directories it leaves empty.
    package func removeUpload(_ relative: String) throws(FileError) {
        try FileSystem.remove(absolutePath(relative))
        removeEmptyParents(of: absolutePath(relative), upTo: "\(root)/uploads")
    }
}
