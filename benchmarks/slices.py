"""Asks the kernel for short turns on the processor, so that who waits for the disk is soon woken on a shared machine.

A commit sleeps until the disk has written. With the kernel's usual turns of some milliseconds, whoever took the core
meanwhile keeps it that long, and what is measured is the neighbour. A short turn gives no priority and no more of the
processor; it is asked for once, before anything starts, and processes inherit it: both sides of every comparison, the
load and PostgreSQL alike.
"""

import ctypes
import platform
from typing import Final

#: 0.1 ms, the shortest that Linux grants to an ordinary process (since 6.12).
SLICE_NS: Final = 100_000
#: Numbers of sched_setattr and sched_getattr; libc has no functions for them.
_CALLS: Final = {"x86_64": (314, 315), "aarch64": (274, 275)}


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def shorten() -> str:
    """Ask for this thread and all that it starts from here on; what came of it, as the report tells it."""
    calls, attributes = _calls(), _read()
    if calls and attributes:
        # Everything else stays as it was found: policy, niceness.
        attributes.runtime = SLICE_NS
        _libc().syscall(calls[0], 0, ctypes.byref(attributes), 0)
    if granted() == SLICE_NS:
        return "All processes under measurement, the load and PostgreSQL run in slices of 0.1 ms, with no priority."
    return (
        "The system does not grant slices of 0.1 ms: on a machine that others use, commits wait for the processor "
        "longer than for the disk."
    )


def granted() -> int:
    """The slice of this thread in nanoseconds; 0 where the system does not tell."""
    attributes = _read()
    return int(attributes.runtime) if attributes else 0


def _read() -> _Attributes | None:
    calls, attributes = _calls(), _Attributes()
    if calls is None:
        return None
    failed = _libc().syscall(calls[1], 0, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    return None if failed else attributes


def _calls() -> tuple[int, int] | None:
    return _CALLS.get(platform.machine()) if platform.system() == "Linux" else None


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
