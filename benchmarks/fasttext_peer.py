"""fastText as the peer: a classifier of words, pairs of words and letter n-grams, as one takes it for Russian."""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple

import fasttext  # type: ignore[import-untyped]

from benchmarks.texts import EVERY

#: Everything else is fastText's default; epochs and rate of learning change what it answers, not how fast.
SETTINGS: Final = {"wordNgrams": 2, "minn": 2, "maxn": 5, "dim": 100, "bucket": 2_000_000, "epoch": 1}


class Peer(NamedTuple):
    """A trained model; `predict` takes one text without line feeds."""

    predict: Callable[[str], Any]
    words: int
    train_s: float


def trained(texts: list[str], folder: Path) -> Peer:
    """Learn toxic or not from texts of `benchmarks.texts`, where every tenth is what our scorer has removed."""
    labelled = folder / "fasttext.txt"
    lines = (f"__label__{_label(place)} {text}" for place, text in enumerate(texts))
    labelled.write_text("\n".join(lines) + "\n", encoding="utf-8")
    start = perf_counter()
    model = fasttext.train_supervised(str(labelled), verbose=0, **SETTINGS)
    return Peer(model.predict, len(model.words), perf_counter() - start)


def _label(place: int) -> str:
    return "toxic" if place % EVERY == EVERY - 1 else "fine"
