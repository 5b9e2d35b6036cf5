"""Scoring one comment in one thread: the scorer against the same model in scikit-learn, and the normaliser alone."""

import itertools
from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any, Final

import numpy as np

from benchmarks.pairs import Turns, take_turns
from benchmarks.sections import Material, Section, range_of
from benchmarks.sklearn_peer import char_grams, pipeline, prepare
from model.artefact import DEFAULT_ARTEFACT, Artefact, load
from model.normalise import normalise
from model.scorer import Scorer

#: Texts of one turn; the pipeline gets fewer, because it is slow.
OURS: Final = 500
THEIRS: Final = 60
PAIRS: Final = 5
#: Texts that a warm scorer has read before.
READ_BEFORE: Final = 6_000


def measure(material: Material) -> list[Section]:
    """Cold, warm and the normaliser; processor time of the thread, so that others' work weighs little."""
    artefact = load(DEFAULT_ARTEFACT)
    peer = pipeline(artefact.arrays)
    unseen = iter(material.texts)
    agreement = _check(artefact, peer, material.texts[-200:])
    cold = _compare(lambda: Scorer(artefact).score, peer, unseen)
    warm_scorer = Scorer(artefact)
    for text in _take(unseen, READ_BEFORE):
        warm_scorer.score(text)
    warm = _compare(lambda: warm_scorer.score, peer, unseen)
    hot = _again(warm_scorer.score, peer, material.texts[:OURS])
    alone = take_turns(
        lambda: _timed(warm_scorer.score, _take(unseen, OURS)),
        lambda: _timed(normalise, _take(unseen, OURS)),
        at_most=3,
    )
    together = take_turns(
        lambda: _timed(warm_scorer.score, _take(unseen, OURS)),
        lambda: _timed_together(warm_scorer.score_many, _take(unseen, OURS)),
        at_most=3,
    )
    told = {
        "cold": _told(cold), "warm": _told(warm), "hot": _told(hot),
        "normaliser": _told(alone), "together": _told(together),
    }  # fmt: skip
    rows = [
        ["cold: a new scorer, an empty token cache", *_row(told["cold"])],
        [f"warm: {READ_BEFORE:,} other texts read before", *_row(told["warm"])],
        ["the limit: texts whose words are all known", *_row(told["hot"])],
        ["normaliser alone (A = warm scorer, B = normaliser)", *_row(told["normaliser"], inverse=False)],
        [f"{OURS} at once (A = one by one, B = `score_many`)", *_row(told["together"], inverse=False)],
    ]
    return [
        Section(
            "Scoring one comment",
            [
                (
                    "A = `model.scorer.Scorer.score(text)`, B = `predict_proba([text])` of a scikit-learn pipeline with "
                    "the same n-grams, lemmas, pairs, signals, idf and weights "
                    "(`benchmarks/sklearn_peer.py`), our normaliser and our "
                    "dictionary. Every text is new to both; about every fourth word of the first thousands is. Processor "
                    "time of one thread, in turns; the ratio is how many times the scorer is faster."
                ),
                (
                    f"Logits of scorer and pipeline correlate at {agreement:.3f} or better over 200 texts: the same model, "
                    "up to the norm of a text."
                ),
            ],
            ["", "ratio", "µs a text, A", "µs a text, B", "others' cores"],
            rows,
            {"agreement": agreement, **told},
        )
    ]


def _compare(make: Callable[[], Callable[[str], object]], peer: Any, unseen: Iterator[str]) -> Turns:
    def theirs(text: str) -> object:
        return peer.predict_proba([text])

    return take_turns(
        lambda: _timed(make(), _take(unseen, OURS)),
        lambda: _timed(theirs, _take(unseen, THEIRS)),
        at_least=PAIRS,
        at_most=PAIRS,
    )


def _again(judge: Callable[[str], object], peer: Any, texts: list[str]) -> Turns:
    """Texts that were read three times before: nothing is left to compute but the sum."""
    for text in texts * 3:
        judge(text)
    return _compare(lambda: judge, peer, itertools.cycle(texts))


def _timed(judge: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    start = thread_time()
    for text in texts:
        judge(text)
    return {"us": (thread_time() - start) / len(texts) * 1e6}


def _timed_together(judge: Callable[[list[str]], object], texts: list[str]) -> dict[str, float]:
    start = thread_time()
    judge(texts)
    return {"us": (thread_time() - start) / len(texts) * 1e6}


def _take(texts: Iterator[str], count: int) -> list[str]:
    taken = [text for text, _ in zip(texts, range(count), strict=False)]
    assert len(taken) == count, "the texts are used up: no text may be scored twice"
    return taken


def _check(artefact: Artefact, peer: Any, texts: list[str]) -> float:
    """The pipeline must be the same model: same n-grams, and logits that rise and fall together."""
    chars = peer.named_steps["features"].transformer_list[0][1]
    scorer = Scorer(artefact)
    known = chars.vocabulary
    for text in prepare(texts):
        assert chars.transform([text]).nnz == len({gram for gram in char_grams(text) if gram in known}), text
    probabilities = np.clip(peer.predict_proba(texts), 1e-12, 1 - 1e-12)
    ours = np.array([scorer.logits(text) for text in texts])
    theirs = np.log(probabilities / (1 - probabilities))
    agreement = min(float(np.corrcoef(ours[:, head], theirs[:, head])[0, 1]) for head in range(ours.shape[1]))
    assert agreement > 0.99, f"the pipeline is another model: correlation {agreement:.3f}"
    return agreement


def _told(turns: Turns) -> dict[str, Any]:
    summary = turns.summary("us")
    # Processor time is told in any case: others' work slows it by caches only. The load stands beside it.
    return {**summary, "ratio": summary["unfiltered_ratio"]}


def _row(told: dict[str, Any], *, inverse: bool = True) -> list[str]:
    ratio = range_of(told["ratio"], 0 if inverse else 2)
    return [
        f"**{ratio}**" if inverse else f"{ratio} of it",
        range_of(told["a"], 1),
        range_of(told["b"], 1),
        f"{told['foreign_cores']:.1f}",
    ]
