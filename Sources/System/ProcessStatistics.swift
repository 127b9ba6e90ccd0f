import Glibc

/// What the kernel says about this process (proc(5)), by the names every Prometheus client uses for it.
package enum ProcessStatistics {
    /// When the process started, seconds since 1970.
    ///
    /// From the clocks and not from `btime` in /proc/stat, which a service with `ProcSubset=pid` cannot see.
    package static func startTime() -> Double? {
        guard let ticks = field(22) else { return nil }
        let sinceBoot = Double(ticks) / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return seconds(CLOCK_REALTIME) - (seconds(CLOCK_BOOTTIME) - sinceBoot)
    }

    package static func threads() -> Double? { field(20).map(Double.init) }

    package static func residentBytes() -> Double? {
        field(24).map { Double($0 * Int(sysconf(Int32(_SC_PAGESIZE)))) }
    }

    /// User and system time of all threads, those that have ended too (clock_gettime(2)).
    package static func cpuSeconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    /// Without the one that looking needs.
    package static func openFiles() -> Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = -1
        while let entry = readdir(directory) {
            // Every entry is a number but `.` and `..`.
            if entry.pointee.d_name.0 != UInt8(ascii: ".") { count += 1 }
        }
        return Double(count)
    }

    /// A number of /proc/self/stat, counted from 1 as proc(5) does; from the fourth on.
    private static func field(_ number: Int) -> Int? {
        guard let file = fopen("/proc/self/stat", "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        // The second field is the program's name, which may hold blanks and parentheses: the last one ends
        // it.
        guard let end = bytes[..<count].lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)..<count].split(separator: UInt8(ascii: " "))
        guard fields.indices.contains(number - 3) else { return nil }
        return Int(String(decoding: fields[number - 3], as: UTF8.self))
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
