"""What two files tell about a file of a million lines."""

import pytest

from benchmarks.bulk import LARGE, SMALL, together


def test_the_start_is_told_from_the_lines() -> None:
    """Two seconds of start and 50 µs a line give back 20,000 lines/s, and a million lines in 52 seconds."""
    small = {"seconds": 2 + SMALL * 50e-6, "cpu": 1.5 + SMALL * 40e-6, "mib": 200.0}
    large = {"seconds": 2 + LARGE * 50e-6, "cpu": 1.5 + LARGE * 40e-6, "mib": 210.0}

    told = together(small, large)

    assert told["rate"] == pytest.approx(20_000)
    assert told["start_s"] == pytest.approx(2)
    assert told["million_rate"] == pytest.approx(1_000_000 / 52)
    assert told["cpu_us"] == pytest.approx(40)
    assert told["growth"] == pytest.approx(1.05)
