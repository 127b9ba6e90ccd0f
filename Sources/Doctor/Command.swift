import Glibc

/// Another program's output, for what only that program knows.
enum Command {
    /// What a program says and how it ended.
    struct Outcome {
        let status: Int32
        /// Standard output and standard error together.
        let text: String
    }

    /// Runs a shell command with the directories of system programs in its path; nil where no shell can be had.
    static func run(_ command: String) -> Outcome? {
        guard let pipe = popen("PATH=$PATH:/usr/sbin:/sbin; (\(command)) 2>&1 < /dev/null", "re") else {
            return nil
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        return Outcome(status: pclose(pipe), text: String(decoding: bytes, as: UTF8.self))
    }

    /// `text` as one word of a shell command.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
