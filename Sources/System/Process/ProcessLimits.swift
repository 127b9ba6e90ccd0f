import CLinux
import Domain
import Glibc

/// What a process that works on a stranger's bytes takes upon itself before it looks at the first of them.
package enum ProcessLimits {
    /// No process of the same user looks into this one's memory, where secrets are, and it leaves none in a core file
    /// (prctl(2), PR_SET_DUMPABLE). Before anything is read; a kernel that refuses it is not known.
    package static func hideMemory() { _ = focust_not_dumpable() }

    /// Ends with the thread that started this process (prctl(2), PR_SET_PDEATHSIG), so that a killed server leaves no
    /// converter behind; throws where that thread is gone already.
    package static func endWithParent(_ parent: pid_t) throws(SystemError) {
        guard focust_die_with_parent() == 0 else { throw .last("prctl") }
        guard getppid() == parent else { throw SystemError(code: ESRCH, operation: "getppid") }
    }

    /// No core file, no rights gained by executing anything, no look into its memory by others of the same user; at
    /// most `memory` of private memory, `files` open and `fileSize` written to one file (setrlimit(2)).
    package static func apply(memory: ByteCount, files: Int, fileSize: ByteCount) throws(SystemError) {
        dieFirst()
        guard focust_no_new_privileges() == 0, focust_not_dumpable() == 0 else { throw .last("prctl") }
        try limit(RLIMIT_CORE, 0)
        try limit(RLIMIT_DATA, memory.bytes)
        try limit(RLIMIT_NOFILE, files)
        try limit(RLIMIT_FSIZE, fileSize.bytes)
        // Past that size write(2) fails; the signal would only hide why.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Where memory runs out this process is the one to go (proc(5), oom_score_adj), and not the server. Before it is
    /// closed to others of its user, for its files below /proc are then root's. A refusal costs nothing but the courtesy.
    private static func dieFirst() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        _ = write(file, "1000", 4)
    }

    /// Both limits, but not above what the process was given.
    private static func limit(_ kind: __rlimit_resource, _ value: Int) throws(SystemError) {
        let resource = __rlimit_resource_t(kind.rawValue)
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0 else { throw .last("getrlimit") }
        let value = min(rlim_t(value), limits.rlim_max)
        limits = rlimit(rlim_cur: value, rlim_max: value)
        guard setrlimit(resource, &limits) == 0 else { throw .last("setrlimit") }
    }
}
