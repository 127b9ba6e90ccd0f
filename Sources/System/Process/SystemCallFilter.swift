import CLinux
import Glibc

/// What a process with all of its threads may still ask of the kernel (seccomp(2)): work on its own memory, threads and
/// open files, and open files as far as `Confinement` lets it. There is no way back.
///
/// It makes no socket and no process, executes nothing, and does nothing to other processes: no signal, no look, no
/// limit, no priority. Refused calls fail with EPERM and do not end the process: a library that asks for more than it
/// needs, perhaps after an update, goes on.
package enum SystemCallFilter {
    /// Whether this kernel has it, and this processor's numbers of calls are known here.
    package static var isSupported: Bool { focust_can_filter_calls() == 1 }

    /// Puts all threads of this process under the filter; answers whether that is so.
    package static func enforce() throws(SystemError) -> Bool {
        guard isSupported else { return false }
        guard focust_no_new_privileges() == 0 else { throw .last("prctl") }
        var program = rules().program()
        let count = UInt16(program.count)
        guard focust_filter_calls(&program, count) == 0 else { throw .last("seccomp") }
        return true
    }

    private static func rules() -> CallRules {
        var rules = CallRules()
        var index: Int32 = 0
        while case let call = focust_harmless_call(index), call >= 0 {
            rules.allow(UInt32(call))
            index += 1
        }
        allowMemory(&rules)
        allowThreads(&rules)
        allowForItself(&rules)
        return rules
    }

    /// Code comes from files alone, and is never in memory that can be written; memory that several processes might share is
    /// not counted by RLIMIT_DATA, and is refused. libavfilter may be loaded late: it brings thirty libraries that a film
    /// which is copied does without.
    private static func allowMemory(_ rules: inout CallRules) {
        let (write, execute) = (UInt32(PROT_WRITE), UInt32(PROT_EXEC))
        let (shared, anonymous) = (UInt32(MAP_SHARED), UInt32(MAP_ANONYMOUS))
        rules.allow(
            focust_call_mmap,
            [.init(3, masked: shared | anonymous, isNot: shared | anonymous), .without(2, execute)])
        rules.allow(
            focust_call_mmap,
            [.without(3, anonymous), .init(2, masked: write | execute, isNot: write | execute)])
        rules.allow(focust_call_mprotect, [.without(2, execute)])
    }

    /// A thread is no process. clone3(2) keeps its flags where a filter cannot look, and "is not there": the C library
    /// then takes clone(2).
    private static func allowThreads(_ rules: inout CallRules) {
        rules.allow(focust_call_clone, [.init(0, masked: threadFlag, is: threadFlag)])
        rules.refuse(focust_call_clone3, ENOSYS)
    }

    /// CLONE_THREAD (linux/sched.h).
    private static let threadFlag: UInt32 = 0x10000

    /// Calls that may be about another process, for this one alone.
    private static func allowForItself(_ rules: inout CallRules) {
        rules.allow(focust_call_tgkill, [.equal(0, UInt32(getpid()))])
        rules.allow(focust_call_prlimit, [.equal(0, 0)])
        rules.allow(focust_call_sched_setscheduler, [.equal(0, 0)])
        rules.allow(focust_call_setpriority, [.equal(0, 0), .equal(1, 0)])
        // IOPRIO_WHO_PROCESS (1).
        rules.allow(focust_call_ioprio_set, [.equal(0, 1), .equal(1, 0)])
        // PR_SET_NAME, PR_GET_NAME.
        for option: UInt32 in [15, 16] { rules.allow(focust_call_prctl, [.equal(0, option)]) }
        // F_DUPFD to F_SETFL, and F_DUPFD_CLOEXEC; with F_SETOWN another process would be sent signals.
        for command: UInt32 in [0, 1, 2, 3, 4, 1030] { rules.allow(focust_call_fcntl, [.equal(1, command)]) }
    }
}
