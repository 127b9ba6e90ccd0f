import CDeeds
import Glibc
import System

/// Puts itself under the filter, tries what it is not to do, and says of each how it ended: errno and the deed.
@main
enum Deeds {
    static func main() throws {
        guard try SystemCallFilter.enforce() else { exit(EX_UNAVAILABLE) }
        var index: Int32 = 0
        while case let deed = focust_deed(index), let name = deed.name {
            print(focust_do(deed), String(cString: name))
            index += 1
        }
        print(try ordinary(), "ordinary work")
    }

    /// What libav and its libraries do all day: threads, memory, files, less priority, a library loaded late. Answers 0.
    private static func ordinary() throws -> Int32 {
        let thread = try System.Thread(name: "worker", priority: .background) {
            _ = [UInt8](repeating: 1, count: 10 << 20)
        }
        thread.join()
        guard let file = fopen("/etc/passwd", "re"), fgetc(file) >= 0, fclose(file) == 0 else { return errno }
        guard dlopen("libresolv.so.2", RTLD_NOW) != nil, raise(SIGWINCH) == 0 else { return ELIBACC }
        var limits = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 ? 0 : errno
    }
}
