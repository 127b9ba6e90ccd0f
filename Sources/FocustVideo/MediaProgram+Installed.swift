import Glibc
import MediaProcess
import Runtime

extension MediaProgram {
    /// The one that belongs to this executable.
    static func installed() throws(SystemError) -> MediaProgram {
        let executable = Machine.executable
        guard let program = MediaProgram.beside(executable) else {
            throw SystemError(
                code: ENOENT, operation: "find \(MediaProgram.name) beside", subject: executable)
        }
        return program
    }
}

extension Machine {
    /// The absolute path of the running program (proc(5)).
    static var executable: String {
        guard let path = realpath("/proc/self/exe", nil) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }
}
