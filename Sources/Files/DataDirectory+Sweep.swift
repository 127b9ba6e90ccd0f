extension DataDirectory {
    /// Removes what dead processes left half-done; answers the paths, for the log.
    ///
    /// For the start of a process, while others may be at work: what is locked is somebody's, and stays.
    /// What is not locked is nobody's, even of a task that lives: each attempt has a directory of its own.
    package func sweep() throws(FileError) -> [String] {
        var removed: [String] = []
        for directory in ["hls/.staging", "uploads/.staging", "hls/.trash", "state/workers"] {
            for name in try FileSystem.names(in: absolutePath(directory)) {
                let path = absolutePath("\(directory)/\(name)")
                let isGone = try ExclusiveLock.ifAbandoned(path) { () throws(FileError) in
                    try FileSystem.removeTree(path)
                }
                if isGone { removed.append("\(directory)/\(name)") }
            }
        }
        return removed
    }
}
