#pragma once
// What code that has taken over a process might ask of the kernel, each as the bare call, without the C library's care.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct deed {
    const char *name;
    long call, arguments[6];
};

static inline struct deed focust_deed(int index) {
    static uint64_t limits[2] = {16, 16}, clone3[11] = {[4] = 17};
    static int priority;
    static char page[8192] __attribute__((aligned(4096)));
    const long parent = getppid(), code = PROT_READ | PROT_EXEC, anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    const struct deed deeds[] = {
        {"a unix socket", SYS_socket, {1, 1, 0}},
        {"a UDP socket", SYS_socket, {2, 2, 0}},
        {"a netlink socket", SYS_socket, {16, 3, 0}},
        {"a pair of sockets", SYS_socketpair, {1, 1, 0, (long)limits}},
        {"a process", SYS_clone, {SIGCHLD}},
        {"a process that shares memory", SYS_clone, {0x4100 | SIGCHLD}},
        {"another program", SYS_execve, {(long)"/bin/true", 0, 0}},
        {"a signal to the parent", SYS_kill, {parent, 0}},
        {"a signal to a thread of the parent", SYS_tgkill, {parent, parent, 0}},
        {"a signal with a value", SYS_rt_sigqueueinfo, {parent, 0, (long)page}},
        {"the parent's limits", SYS_prlimit64, {parent, RLIMIT_NOFILE, 0, (long)limits}},
        {"the parent's policy", SYS_sched_setscheduler, {parent, 5, (long)&priority}},
        {"the parent's niceness", SYS_setpriority, {PRIO_PROCESS, parent, 19}},
        {"the user's niceness", SYS_setpriority, {PRIO_USER, 0, 19}},
        {"the parent's disk priority", SYS_ioprio_set, {1, parent, 3 << 13}},
        {"the parent's processors", SYS_sched_setaffinity, {parent, 8, (long)page}},
        {"tracing", SYS_ptrace, {0, 0, 0, 0}},
        {"the parent's memory", SYS_process_vm_readv, {parent, (long)page, 0, (long)page, 0, 0}},
        {"a handle of the parent", SYS_pidfd_open, {parent, 0}},
        {"code in memory", SYS_mmap, {0, 4096, code, anonymous, -1, 0}},
        {"code in memory that is written", SYS_mmap, {0, 4096, code | PROT_WRITE, anonymous, -1, 0}},
        {"memory that becomes code", SYS_mprotect, {(long)page, 4096, code}},
        {"memory that no limit counts", SYS_mmap, {0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0}},
        {"a file in memory", SYS_memfd_create, {(long)"file", 0}},
        {"io_uring", SYS_io_uring_setup, {1, (long)page}},
        {"bpf", SYS_bpf, {0, (long)page, 128}},
        {"a namespace", SYS_unshare, {0x10000000}},
        {"a mount", SYS_mount, {(long)"none", (long)"/tmp", (long)"tmpfs", 0, 0}},
        {"another root", SYS_chroot, {(long)"/"}},
        {"a key ring", SYS_keyctl, {0, -3, 0}},
        {"a handler of page faults", SYS_userfaultfd, {1}},
        {"a performance counter", SYS_perf_event_open, {(long)page, 0, -1, -1, 0}},
        {"another user", SYS_setuid, {65534}},
        {"a session of its own", SYS_setsid, {0}},
        {"a device's control", SYS_ioctl, {0, 0x5412, (long)page}},
        {"signals of a socket for the parent", SYS_fcntl, {0, 8, parent}},
        {"a subreaper", SYS_prctl, {36, 1, 0, 0, 0}},
        {"to be looked into", SYS_prctl, {4, 1, 0, 0, 0}},
        {"a link", SYS_linkat, {-100, (long)"/etc/hostname", -100, (long)"/tmp/focust-deed", 0}},
        {"a mode", SYS_fchmodat, {-100, (long)"/tmp/focust-deed", 0777}},
        {"a process of the new call", SYS_clone3, {(long)clone3, sizeof clone3}},
    };
    return index < (int)(sizeof deeds / sizeof *deeds) ? deeds[index] : (struct deed){0};
}

// errno, or 0 where the kernel did it. A child that is made ends at once.
static inline int focust_do(struct deed deed) {
    const long *given = deed.arguments;
    const long result = syscall(deed.call, given[0], given[1], given[2], given[3], given[4], given[5]);
    const int error = errno;
    if (result == 0 && (deed.call == SYS_clone || deed.call == SYS_clone3)) _exit(0);
    return result < 0 ? error : 0;
}
