"""Callbacks against web processes on one PostgreSQL: they share nothing but the database and the machine's cores."""

import os
from contextlib import ExitStack
from typing import Final

from benchmarks.law import Law
from benchmarks.laws.places import SECONDS, take_turns
from benchmarks.laws.rotation import ratios, spreads
from benchmarks.sections import Material, Verdict
from benchmarks.servers import dvornik, loading, serving, stores

SIZES: Final = (1, 2, 3, 4)
ROUNDS: Final = 3
CONNECTIONS: Final = 128
#: More processes must at least not be slower than one.
AT_LEAST: Final = 0.95


def measure(material: Material) -> Law:
    """All services run at once on one database; one of them is under load at a time."""
    folder = material.folder / "workers"
    folder.mkdir()
    with loading(material.texts_file) as load, stores(folder) as found, ExitStack() as stack:
        # Without PostgreSQL's programs it is told of the store that there is.
        store = found[-1]
        first, installation = stack.enter_context(dvornik(store))
        others = [stack.enter_context(serving(installation, workers=size)) for size in SIZES[1:]]
        turns = take_turns(load, [first, *others], rounds=ROUNDS, connections=CONNECTIONS)
    shares, quiet = ratios(turns, "rate")
    cores = os.cpu_count() or 1
    return Law(
        "Web processes",
        "processes",
        "answers/s",
        [float(size) for size in SIZES],
        {"callbacks": spreads(turns, "rate")},
        f"no number of them answers less than {AT_LEAST:g} of what one does",
        ", ".join(f"{size}: {share:.2f}" for size, share in zip(SIZES[1:], shares, strict=True)),
        Verdict.of(held=min(shares) >= AT_LEAST, quiet=quiet),
        [
            f"{store.name} on {store.device}, {CONNECTIONS} connections, windows of {SECONDS:g} s, services in turns.",
            f"The load and the database run on the same {cores} cores as the processes.",
        ],
        log_x=False,
        data={"ratios": shares, "cores": cores, "server_cpu_us": spreads(turns, "cpu_us")},
    )
