"""The kernel's slice: what the report says is what the kernel does."""

import threading

from benchmarks import slices


def test_what_is_told_is_what_was_granted() -> None:
    """The sentence speaks of 0.1 ms if and only if the kernel reads it back, and other threads keep their turns."""
    before, found = slices.granted(), []

    def ask() -> None:
        found.append((slices.shorten(), slices.granted()))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()

    [(told, granted)] = found
    assert told.startswith("All processes") == (granted == slices.SLICE_NS)
    assert slices.granted() == before
