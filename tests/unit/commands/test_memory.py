"""How the memory of a process with many threads is kept together."""

import ctypes
import os
import subprocess
import sys

import pytest

#: Threads that hold memory at the same time, then how many heaps the C library has made for them.
COUNT = """
import ctypes, sys, threading
from app.commands.memory import keep_together
if sys.argv[1] == "together":
    keep_together()
barrier = threading.Barrier(9)
def hold():
    held = [bytes(20_000) for _ in range(50)]
    barrier.wait()
    barrier.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
for one in threads:
    one.start()
barrier.wait()
library = ctypes.CDLL(None)
library.malloc_info(0, ctypes.c_void_p.in_dll(library, "stdout"))
barrier.wait()
for one in threads:
    one.join()
"""


def heaps(how: str) -> int:
    """How many heaps a process with eight busy threads has."""
    surroundings = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    told = subprocess.run(
        [sys.executable, "-c", COUNT, how], env=surroundings, capture_output=True, text=True, timeout=60, check=True
    )
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_info"), reason="needs glibc")
def test_all_threads_share_one_heap() -> None:
    """With it there is one heap, without it the threads have their own."""
    assert heaps("together") == 1
    assert heaps("apart") > 1
