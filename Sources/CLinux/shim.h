#pragma once
// System calls that Swift cannot import: variadic, or hidden by glibc behind _GNU_SOURCE.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl(2): names the calling thread, at most 15 bytes.
static inline int focust_set_thread_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// ioprio_set(2): the calling thread (IOPRIO_WHO_PROCESS, 0) reads and writes only when the disk is idle
// (IOPRIO_CLASS_IDLE = 3, IOPRIO_CLASS_SHIFT = 13).
static inline int focust_set_idle_io(void) { return (int)syscall(SYS_ioprio_set, 1, 0, 3 << 13); }

// renameat2(2) with RENAME_EXCHANGE (1 << 1): both names exist and change places in one step.
static inline int focust_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100, one, -100, other, 2);
}

// openat2(2), Linux 5.6: opens `path` below `root`, which no link and no ".." can leave. linux/openat2.h:
// struct open_how { u64 flags, mode, resolve }; RESOLVE_NO_MAGICLINKS 0x02, RESOLVE_NO_SYMLINKS 0x04,
// RESOLVE_BENEATH 0x08.
static inline int focust_open_beneath(int root, const char *path, int flags) {
    uint64_t how[3] = {(uint64_t)flags, 0, 0x02 | 0x04 | 0x08};
    return (int)syscall(SYS_openat2, root, path, how, sizeof how);
}

// fcntl(2) is variadic: F_GETFL (3) and F_SETFL (4). Declared here because fcntl.h defines struct stat, which would
// then belong to this module for those who import both.
extern int fcntl(int descriptor, int command, ...);
static inline int focust_get_status_flags(int descriptor) { return fcntl(descriptor, 3); }
static inline int focust_set_status_flags(int descriptor, int flags) { return fcntl(descriptor, 4, flags); }

// fcntl(2), F_SETFD (2), FD_CLOEXEC (1): a child of this process does not get the descriptor.
static inline int focust_set_close_on_exec(int descriptor) { return fcntl(descriptor, 2, 1); }

// fcntl(2), F_DUPFD_CLOEXEC (1030): another descriptor of the same open file.
static inline int focust_duplicate(int descriptor) { return fcntl(descriptor, 1030, 0); }

// sync_file_range(2), SYNC_FILE_RANGE_WRITE (2): the whole file begins to be written back, and nobody waits.
extern int sync_file_range(int descriptor, long offset, long count, unsigned int flags);
static inline int focust_start_writeback(int descriptor) { return sync_file_range(descriptor, 0, 0, 2); }

// adjtimex(2): TIME_ERROR (5) where nobody keeps the clock right; -1, not to be known, is no reason to complain.
#include <sys/timex.h>
static inline int focust_clock_is_unsynchronised(void) {
    struct timex nothing = {0};
    return adjtimex(&nothing) == 5;
}

// sched_setscheduler(2), SCHED_IDLE (5): the calling thread, and those it starts, run when nobody else wants to.
#include <sched.h>
static inline int focust_set_idle_cpu(void) {
    struct sched_param none = {0};
    return sched_setscheduler(0, 5, &none);
}

// pidfd_open(2), Linux 5.3: a descriptor of a child, closed on exec, that can be read from when the child has ended.
static inline int focust_pidfd_open(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// prctl(2): this process dies when the thread that started it does; gains no rights by what it executes; leaves no core
// and lets no process of the same user look into its memory.
static inline int focust_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0); }
static inline int focust_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int focust_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// prctl(2): what this process's children started, and outlived, becomes a child of this process.
static inline int focust_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2), as linux/landlock.h has them; the structs
// are written out here, for Debian's header may be older than the kernel.
struct focust_landlock_ruleset { uint64_t files, network, scopes; };
struct focust_landlock_beneath { uint64_t access; int32_t directory; } __attribute__((packed));

// The version of the kernel's interface, 1 and up; -1 where it has none. LANDLOCK_CREATE_RULESET_VERSION (1).
static inline int focust_landlock_version(void) { return (int)syscall(SYS_landlock_create_ruleset, 0, 0, 1); }
static inline int focust_landlock_create(struct focust_landlock_ruleset rules, size_t size) {
    return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}
// LANDLOCK_RULE_PATH_BENEATH (1).
static inline int focust_landlock_allow(int ruleset, struct focust_landlock_beneath rule) {
    return (int)syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0);
}
static inline int focust_landlock_enforce(int ruleset) { return (int)syscall(SYS_landlock_restrict_self, ruleset, 0); }

// <fcntl.h> O_PATH: a descriptor that names a file and opens nothing of it.
static const int focust_o_path = 010000000;

// posix_spawn(3): a GNU extension, so that the child gets no descriptor from `from` on.
#include <spawn.h>
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// accept4(2), SOCK_CLOEXEC (02000000): a connection that no child of this process gets.
static inline int focust_accept(int listener) { return (int)syscall(SYS_accept4, listener, 0, 0, 02000000); }

// unix(7): who connected, as the kernel noted it then. SOL_SOCKET (1), SO_PEERCRED (17), SO_PEERGROUPS (59, Linux 4.13).
struct focust_peer { int32_t process; uint32_t user, group; };
extern int getsockopt(int socket, int level, int name, void *value, unsigned int *length);
static inline int focust_peer(int socket, struct focust_peer *peer) {
    unsigned int length = sizeof *peer;
    return getsockopt(socket, 1, 17, peer, &length);
}
// The number of groups besides that of focust_peer; -1 where they are more than `room`, or unknown.
static inline int focust_peer_groups(int socket, uint32_t *groups, int room) {
    unsigned int length = (unsigned int)room * sizeof *groups;
    return getsockopt(socket, 1, 59, groups, &length) == 0 ? (int)(length / sizeof *groups) : -1;
}

// seccomp(2): what a process, with all of its threads, may still ask of the kernel.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__x86_64__)
static const uint32_t focust_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
static const uint32_t focust_architecture = AUDIT_ARCH_AARCH64;
#else
// No filter is known for it.
static const uint32_t focust_architecture = 0;
#endif

// 0, or -1 and errno; above 0 the thread that could not be brought under the filter (SECCOMP_FILTER_FLAG_TSYNC).
static inline int focust_filter_calls(struct sock_filter *filter, uint16_t count) {
    struct sock_fprog program = {count, filter};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
}
static inline int focust_can_filter_calls(void) {
    uint32_t action = SECCOMP_RET_ERRNO;
    return focust_architecture != 0 && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

// The calls that work on what a process has already, and on files that Landlock judges, one after the other; -1 behind
// the last.
static inline int focust_harmless_call(int index) {
    static const int calls[] = {
        // files
        SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_lseek,
        SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat,
        SYS_getdents64, SYS_getcwd, SYS_ftruncate, SYS_fallocate, SYS_fadvise64, SYS_fsync, SYS_fdatasync,
        SYS_sync_file_range, SYS_unlinkat, SYS_renameat2, SYS_ppoll,
#ifdef __x86_64__
        SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_unlink, SYS_rename, SYS_poll, SYS_time,
        SYS_arch_prctl, SYS_getrlimit,
#endif
        SYS_renameat,
        // memory
        SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise, SYS_membarrier,
        // threads and signals of its own
        SYS_futex, SYS_set_robust_list, SYS_get_robust_list, SYS_rseq, SYS_sched_yield, SYS_sched_getaffinity,
        SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min,
        SYS_gettid, SYS_getpid, SYS_getppid, SYS_set_tid_address, SYS_exit, SYS_exit_group, SYS_restart_syscall,
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
        // time, and what the machine is
        SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_times,
        SYS_getrusage, SYS_getrandom, SYS_uname, SYS_sysinfo, SYS_getcpu, SYS_getuid, SYS_geteuid, SYS_getgid,
        SYS_getegid,
    };
    return index < (int)(sizeof calls / sizeof *calls) ? calls[index] : -1;
}

// Those that depend on what they are given.
static const uint32_t focust_call_mmap = SYS_mmap, focust_call_mprotect = SYS_mprotect;
static const uint32_t focust_call_clone = SYS_clone, focust_call_clone3 = SYS_clone3;
static const uint32_t focust_call_tgkill = SYS_tgkill, focust_call_prctl = SYS_prctl;
static const uint32_t focust_call_prlimit = SYS_prlimit64, focust_call_ioprio_set = SYS_ioprio_set;
static const uint32_t focust_call_sched_setscheduler = SYS_sched_setscheduler;
static const uint32_t focust_call_setpriority = SYS_setpriority, focust_call_fcntl = SYS_fcntl;
