"""How many questions one process may keep open: each takes a file descriptor of the operating system."""

import sys
from typing import Final

if sys.platform != "win32":
    import resource

#: Left for files, the database and everybody else who calls.
SPARE: Final = 256
#: Where the system sets no limit, or a larger one than a process can use.
MOST: Final = 20_000


def room() -> int:
    """Raise the process's own limit as far as the system lets it; how many questions fit under it."""
    if sys.platform == "win32":
        # It counts sockets otherwise.
        return MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + SPARE if hard == resource.RLIM_INFINITY else min(hard, MOST + SPARE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            pass
    return MOST if soft == resource.RLIM_INFINITY else max(1, min(MOST, soft - SPARE))
