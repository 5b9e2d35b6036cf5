"""What the memory of known words gives for its bytes: share of words that it holds, time a comment, resident memory."""

import multiprocessing
import time
from collections.abc import Sequence
from multiprocessing.queues import Queue
from typing import Final

from benchmarks.law import Law
from benchmarks.machine import resident_mib
from benchmarks.pairs import spread
from benchmarks.sections import Material, Verdict
from model.artefact import DEFAULT_ARTEFACT, load
from model.scorer import Scorer

MIB: Final = 1 << 20
SIZES: Final = (1, 4, 16, 48)
#: Comments that fill the memory, and those that are measured, in groups that give the spread.
WARM_UP: Final = 6_000
GROUPS: Final = 4
GROUP: Final = 500
#: What a memory may take beside its budget before it is called unbounded, MiB.
SLACK: Final = 16.0

_context: Final = multiprocessing.get_context("spawn")


def measure(material: Material) -> Law:
    """A process for each size, all with the same stream of comments; each comment comes once."""
    texts = material.texts[: WARM_UP + GROUPS * GROUP]
    found = {size: _apart(size, texts) for size in SIZES}
    grown = {size: found[size]["resident_mib"][1] - found[size]["resident_mib"][0] for size in SIZES}
    most = max(grown[size] - size for size in SIZES)
    hits = {size: found[size]["hits"][0] for size in SIZES}
    shares = ", ".join(f"{size} MiB {100 * hits[size]:.0f} %" for size in SIZES)
    return Law(
        "Memory of known words",
        "MiB",
        "µs a comment",
        [float(size) for size in SIZES],
        {"scoring": [spread(found[size]["microseconds"]) for size in SIZES]},
        f"resident memory grows by no more than the budget and {SLACK:g} MiB",
        f"{most:+.1f} MiB beside the budget at most; words that it held: {shares}",
        Verdict.of(held=most <= SLACK),
        [
            f"{WARM_UP:,} comments warm up, {GROUPS * GROUP:,} are measured, one by one: processor time of one thread.",
            "No comment comes twice.",
        ],
        data={"hits": hits, "grown_mib": grown},
    )


def _apart(size: int, texts: Sequence[str]) -> dict[str, list[float]]:
    answers: Queue[dict[str, list[float]]] = _context.Queue()
    process = _context.Process(target=_score, args=(size * MIB, texts, answers))
    process.start()
    found = answers.get(timeout=120)
    process.join()
    return found


def _score(budget: int, texts: Sequence[str], answers: "Queue[dict[str, list[float]]]") -> None:
    scorer = Scorer(load(DEFAULT_ARTEFACT), cache_bytes=budget)
    pid = multiprocessing.current_process().pid or 0
    # What comes with the first comments belongs to no budget: the dictionary's pages, the pools of numpy.
    scorer.score(texts[0])
    before = resident_mib(pid)
    for text in texts[:WARM_UP]:
        scorer.score(text)
    warm = scorer.memories()["words"]
    took = []
    for first in range(WARM_UP, len(texts), GROUP):
        began = time.thread_time()
        for text in texts[first : first + GROUP]:
            scorer.score(text)
        took.append(1e6 * (time.thread_time() - began) / GROUP)
    words = scorer.memories()["words"]
    hits, misses = words.hits - warm.hits, words.misses - warm.misses
    held = hits / (hits + misses)
    answers.put({"microseconds": took, "hits": [held], "resident_mib": [before, resident_mib(pid)]})
