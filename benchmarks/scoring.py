"""Scoring in one thread: the scorer against fastText and against the same model in scikit-learn."""

from collections.abc import Callable, Iterator
from time import thread_time
from typing import Any, Final

import numpy as np

from app.pipeline.bulk_scoring import CHUNK_LINES
from benchmarks import fasttext_peer
from benchmarks.pairs import take_turns
from benchmarks.sections import Aim, Material, Section, at_least, range_of
from benchmarks.sklearn_peer import char_grams, pipeline, prepare
from model.artefact import DEFAULT_ARTEFACT, Artefact, load
from model.normalise import normalise
from model.scorer import Scorer

#: Texts of one turn: two pieces of work of `dvornik score`; the pipeline gets fewer, because it is slow.
TURN: Final = 2 * CHUNK_LINES
FEW: Final = 60
PAIRS: Final = 5
#: Texts that the scorer has read and fastText was trained on; none of them is asked about.
READ_BEFORE: Final = 30_000
FASTTEXT: Final = 2.0
SKLEARN: Final = 30.0
Judge = Callable[[list[str]], object]


def measure(material: Material) -> list[Section]:
    """Processor time of the thread, so that others' work weighs little."""
    artefact = load(DEFAULT_ARTEFACT)
    unseen = iter(material.texts)
    before = _take(unseen, READ_BEFORE)
    peer, sklearn = fasttext_peer.trained(before, material.folder), pipeline(artefact.arrays)
    agreement = _check(artefact, sklearn, material.texts[-200:])
    scorer = Scorer(artefact)
    scorer.score_many(before)
    told = _compared(artefact, scorer, peer, sklearn, unseen)
    return [
        Section(
            "Scoring",
            [
                (
                    "A = `model.scorer.Scorer`, `score` one by one or `score_many` as `dvornik score` calls it, after "
                    f"{READ_BEFORE:,} other texts; B = the peer. Every text is new to both. Processor time of one "
                    "thread, in turns; the ratio is how many times the scorer is faster."
                ),
                (
                    f"fastText: `predict(text)` after `train_supervised` on those {READ_BEFORE:,} texts (a verdict for "
                    f"each from our scorer) with {_settings()}, else its defaults; {peer.words:,} words, trained in "
                    f"{peer.train_s:.0f} s."
                ),
                (
                    "scikit-learn: `Pipeline.predict_proba([text])` with the same n-grams, lemmas, pairs, signals, idf "
                    "and weights (`benchmarks/sklearn_peer.py`), our normaliser and our dictionary. Logits of scorer "
                    f"and pipeline correlate at {agreement:.3f} or better over 200 texts: the same model, up to the "
                    "norm of a text."
                ),
            ],
            ["A, B", "B to A", "µs a text, A", "µs a text, B", "others' cores"],
            [_row(name, summary) for name, summary in told.items()],
            {"agreement": agreement, "fasttext": {**fasttext_peer.SETTINGS, "words": peer.words}, **told},
            _aims(told),
        )
    ]


def _compared(
    artefact: Artefact, scorer: Scorer, peer: fasttext_peer.Peer, sklearn: Any, unseen: Iterator[str]
) -> dict[str, dict[str, Any]]:
    def together(texts: list[str]) -> None:
        for first in range(0, len(texts), CHUNK_LINES):
            scorer.score_many(texts[first : first + CHUNK_LINES])

    def cold(texts: list[str]) -> None:
        _each(Scorer(artefact).score)(texts)

    def turns(ours: Judge, theirs: Judge, size: int = TURN) -> dict[str, Any]:
        taken = take_turns(
            lambda: _timed(ours, _take(unseen, TURN)),
            lambda: _timed(theirs, _take(unseen, size)),
            at_least=PAIRS,
            at_most=PAIRS + 2,
        )
        return taken.summary("us")

    single, predict = _each(scorer.score), _each(peer.predict)
    probabilities = _each(lambda text: sklearn.predict_proba([text]))
    return {
        f"{CHUNK_LINES} at once, fastText one by one": turns(together, predict),
        "one by one, fastText one by one": turns(single, predict),
        f"{CHUNK_LINES} at once, scikit-learn one by one": turns(together, probabilities, FEW),
        "one by one, scikit-learn one by one": turns(single, probabilities, FEW),
        "one by one with an empty cache, fastText one by one": turns(cold, predict),
        "one by one, the normaliser alone": turns(single, _each(normalise)),
    }


def _each(judge: Callable[[str], object]) -> Judge:
    def all_of(texts: list[str]) -> None:
        for text in texts:
            judge(text)

    return all_of


def _settings() -> str:
    return ", ".join(f"{name} {number:,}" for name, number in fasttext_peer.SETTINGS.items())


def _aims(told: dict[str, Any]) -> list[Aim]:
    return [
        at_least(f"scoring: {name}, times as fast", FASTTEXT if "fastText" in name else SKLEARN, summary["ratio"], 1)
        for name, summary in list(told.items())[:4]
    ]


def _timed(judge: Judge, texts: list[str]) -> dict[str, float]:
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


def _row(name: str, summary: dict[str, Any]) -> list[str]:
    # Processor time is told in any case: others' work slows it by caches only. The load stands beside it.
    return [
        name,
        f"**{range_of(summary['unfiltered_ratio'], 2)}**",
        range_of(summary["a"], 1),
        range_of(summary["b"], 1),
        f"{summary['foreign_cores']:.1f}",
    ]
