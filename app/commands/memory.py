"""Asks the C library to keep the memory of a process with many threads together."""

import ctypes
import os
import sys
from typing import Final

#: What `mallopt` of glibc calls them.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
#: Blocks from this size on go back to the system as soon as they are free, bytes.
_LARGE: Final = 1024 * 1024


def keep_together() -> None:
    """One heap for all threads, and what loading has taken goes back; without glibc everything stays as it is.

    glibc gives threads heaps of their own, and what lies free in one serves no other: 40 MiB with our twenty threads.
    """
    if sys.platform != "linux":
        return
    # For processes that are started from here.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_ARENA_MAX, 1)
        set_option(_MMAP_THRESHOLD, _LARGE)
