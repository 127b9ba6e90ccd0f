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
    /// The absolute path of the running program (proc(5)), also where an upgrade has replaced its file meanwhile; empty
    /// where there is no /proc.
    static var executable: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
