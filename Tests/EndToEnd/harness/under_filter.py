"""Becomes a command under the SystemCallFilter= and MemoryDenyWriteExecute= of a unit, as systemd would apply them.

    /usr/bin/python3 under_filter.py UNIT COMMAND…

Run by the system's Python, which has Debian's bindings of libseccomp.
"""

import errno
import mmap
import os
import subprocess
import sys

import seccomp


def group(name: str) -> set[str]:
    """The system calls of a group, as systemd itself lists them; groups within it are expanded."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    found: set[str] = set()
    for line in listed.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            found |= group(word)
        elif word and not word.startswith("#"):
            found.add(word)
    return found


def allowed(lines: list[str]) -> set[str]:
    """The calls that are left: the first line begins an allow list, one with ~ takes away, others add."""
    calls = group("@default")
    for line in lines:
        names = line.removeprefix("~").split()
        meant = set().union(*(group(name) if name.startswith("@") else {name} for name in names))
        calls = calls - meant if line.startswith("~") else calls | meant
    return calls


def load_calls(calls: set[str]) -> None:
    chosen = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in sorted(calls):
        try:
            chosen.add_rule(seccomp.ALLOW, name)
        except (RuntimeError, ValueError):
            # Of another architecture, or newer than this libseccomp.
            continue
    chosen.load()


def load_memory() -> None:
    """No memory that can be written becomes code, nor the other way round (systemd.exec(5))."""
    both = mmap.PROT_WRITE | mmap.PROT_EXEC
    chosen = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    chosen.add_rule(refuse, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        chosen.add_rule(refuse, name, seccomp.Arg(2, seccomp.MASKED_EQ, mmap.PROT_EXEC, mmap.PROT_EXEC))
    chosen.load()


unit, *command = sys.argv[1:]
with open(unit) as file:
    directives = [line.rstrip("\n").split("=", 1) for line in file if "=" in line and not line.startswith("#")]
if ["MemoryDenyWriteExecute", "yes"] in directives:
    load_memory()
load_calls(allowed([value for name, value in directives if name == "SystemCallFilter"]))
os.execvp(command[0], command)
