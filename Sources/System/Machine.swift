import Glibc

/// What this machine has, and what runs on it.
package enum Machine {
    /// Processors online, at least 1.
    package static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// The absolute path of the running program (proc(5)), also where an upgrade has replaced its file meanwhile; empty
    /// where there is no /proc.
    package static var executable: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
