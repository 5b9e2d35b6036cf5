"""How long a comment takes to judge against its length: each letter costs the same, however many there are."""

import math
import statistics
import time
from collections.abc import Iterator
from itertools import chain, cycle
from typing import Final

from app.pipeline.scoring import Judge, Recipe, judge_for
from benchmarks.law import Law
from benchmarks.pairs import spread
from benchmarks.sections import Material, Verdict
from benchmarks.texts import POLICY, ROOT
from model.artefact import DEFAULT_ARTEFACT

SIZES: Final = (100, 540, 3_000, 16_000)
#: Letters that are judged at each size in one round.
LETTERS: Final = 48_000
ROUNDS: Final = 5
#: The largest power of the length with which the time may grow; 1 is a straight line through nothing.
STEEPEST: Final = 1.1


def measure(material: Material) -> Law:
    """Sizes take turns, each with words that follow the training texts and were not judged in this round before."""
    source = (ROOT / f"app/policy/presets/{POLICY}.toml").read_text(encoding="utf-8")
    judge = judge_for(Recipe(DEFAULT_ARTEFACT, f"{POLICY}.toml", source))
    words = chain.from_iterable(text.split() for text in cycle(material.texts))
    took: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            took[size].append(_milliseconds(judge, [_comment(words, size) for _ in range(max(1, LETTERS // size))]))
    medians = [statistics.median(took[size]) for size in SIZES]
    steepness = max(
        math.log(medians[at + 1] / medians[at]) / math.log(SIZES[at + 1] / SIZES[at]) for at in range(len(SIZES) - 1)
    )
    microseconds = [1e3 * median / size for median, size in zip(medians, SIZES, strict=True)]
    return Law(
        "Comment length",
        "letters",
        "ms a comment",
        [float(size) for size in SIZES],
        {"judging": [spread(took[size]) for size in SIZES]},
        f"the time grows at most with the power {STEEPEST:g} of the length between any two sizes",
        f"{steepness:.2f} at most; µs a letter: {', '.join(f'{one:.2f}' for one in microseconds)}",
        # Processor time, and sizes in turns: others on the machine make all of them dearer alike.
        Verdict.of(held=steepness <= STEEPEST),
        ["Processor time of one thread: scores and what the policy makes of them, one comment at a time."],
        log_y=True,
        digits=3,
        data={"steepness": steepness, "microseconds_a_letter": microseconds},
    )


def _comment(words: Iterator[str], size: int) -> str:
    found, length = [], 0
    while length <= size:
        found.append(next(words))
        length += len(found[-1]) + 1
    return " ".join(found)[:size]


def _milliseconds(judge: Judge, texts: list[str]) -> float:
    began = time.thread_time()
    for text in texts:
        judge.opinion(text)
    return 1e3 * (time.thread_time() - began) / len(texts)
