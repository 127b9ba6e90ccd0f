import CLinux
import Domain
import Glibc

/// What a process that works on a stranger's bytes takes upon itself before it looks at the first of them.
package enum ProcessLimits {
    /// Ends with the thread that started this process (prctl(2), PR_SET_PDEATHSIG), so that a killed server leaves no
    /// converter behind; throws where that thread is gone already.
    package static func endWithParent(_ parent: pid_t) throws(SystemError) {
        guard focust_die_with_parent() == 0 else { throw .last("prctl") }
        guard getppid() == parent else { throw SystemError(code: ESRCH, operation: "getppid") }
    }

    /// No core file, no rights gained by executing anything, no look into its memory by others of the same user; at
    /// most `memory` of private memory, `files` open and `fileSize` written to one file (setrlimit(2)).
    package static func apply(memory: ByteCount, files: Int, fileSize: ByteCount) throws(SystemError) {
        guard focust_no_new_privileges() == 0, focust_not_dumpable() == 0 else { throw .last("prctl") }
        try limit(RLIMIT_CORE, 0)
        try limit(RLIMIT_DATA, memory.bytes)
        try limit(RLIMIT_NOFILE, files)
        try limit(RLIMIT_FSIZE, fileSize.bytes)
        // Past that size write(2) fails; the signal would only hide why.
        signal(SIGXFSZ, SIG_IGN)
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
