"""Callbacks against rows already stored: what was taken last month must not slow down what is taken now."""

import shutil
from typing import Final

from benchmarks.law import Law
from benchmarks.laws.filling import Filling, pattern_of
from benchmarks.laws.places import (
    CONNECTIONS,
    SECONDS,
    all_serving,
    copied,
    file_of,
    memory_or,
    recorded,
    take_turns,
)
from benchmarks.laws.rotation import ratios, spreads
from benchmarks.machine import resident_mib
from benchmarks.sections import Material, Verdict
from benchmarks.servers import loading

SIZES: Final = (10_000, 30_000, 300_000, 1_000_000)
ROUNDS: Final = 3
AT_LEAST: Final = 0.9
#: Resident memory of the service on a million events, MiB.
RESIDENT: Final = 300.0


def measure(material: Material) -> Law:
    """A service on each of four databases; they take turns under the same load."""
    with loading(material.texts_file) as load, memory_or(material.folder / "rows") as folder:
        base = recorded(folder / "base", load)
        pattern = pattern_of(file_of(folder / "base"), events=SIZES[-1])
        growing = folder / "growing.sqlite3"
        shutil.copy(file_of(folder / "base"), growing)
        filling, installations, megabytes = Filling(growing, pattern), [], []
        for size in SIZES:
            filling.grow(size)
            megabytes.append(growing.stat().st_size / 1e6)
            installations.append(copied(base, growing, folder / str(size)))
        growing.unlink()
        with all_serving(installations) as services:
            turns = take_turns(load, services, rounds=ROUNDS)
            resident = resident_mib(services[-1].pid)
    shares, quiet = ratios(turns, "rate")
    return Law(
        "Rows already stored",
        "events stored",
        "answers/s",
        [float(size) for size in SIZES],
        {"callbacks": spreads(turns, "rate")},
        f"at a million events no fewer than {AT_LEAST:g} of the answers a second at ten thousand",
        f"{shares[-1]:.2f}; at 30,000 and 300,000: {shares[0]:.2f} and {shares[1]:.2f}; "
        f"{resident:.0f} MiB resident at a million",
        Verdict.of(held=shares[-1] >= AT_LEAST, quiet=quiet),
        [
            f"SQLite, `synchronous = FULL`, {CONNECTIONS} connections, windows of {SECONDS:g} s, services in turns.",
            "Rows are copies of what the service has recorded, spread over a month, in all tables and indexes.",
            "Their ids follow the order of time, their hashes chance; 20,000 authors wrote them.",
        ],
        data={
            "ratios": shares,
            "megabytes": megabytes,
            "resident_mib": resident,
            "resident_held": resident <= RESIDENT,
            "server_cpu_us": spreads(turns, "cpu_us"),
        },
    )
