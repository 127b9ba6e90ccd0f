import Glibc
import System

extension MediaProgram {
    /// The one that belongs to this executable.
    package static func installed() throws(SystemError) -> MediaProgram {
        let executable = Machine.executable
        guard let program = MediaProgram.beside(executable) else {
            throw SystemError(
                code: ENOENT, operation: "find \(MediaProgram.name) beside", subject: executable)
        }
        return program
    }
}
