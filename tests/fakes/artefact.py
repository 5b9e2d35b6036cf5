"""A small real artefact, written through the model's own code: a few lemmas, each speaking for one head."""

from pathlib import Path

import numpy as np

from model.artefact import Arrays, Artefact, pack_names, save
from model.labels import CATEGORIES, HEADS
from model.manifest import Manifest, PromisedThresholds
from model.signals import SIGNALS

#: Lemma → head that it speaks for; a text of such words alone scores over .99.
WORDS = {"дурак": "insult", "казино": "spam", "убить": "threat", "дорога": "appeal"}
REMOVE = 0.9
REVIEW = 0.5


def write_artefact(folder: Path) -> Artefact:
    """Write it; clean texts score .002 under every head."""
    heads = len(HEADS)
    weights = np.zeros((len(WORDS), heads), dtype=np.float16)
    for row, head in enumerate(WORDS.values()):
        weights[row, HEADS.index(head)] = 20.0
    arrays = Arrays(
        chars_names=pack_names(["#####"]),
        chars_idf=np.ones(1, dtype=np.float32),
        chars_weights=np.zeros((1, heads), dtype=np.float16),
        lemmas_names=pack_names(list(WORDS)),
        lemmas_idf=np.ones(len(WORDS), dtype=np.float32),
        lemmas_weights=weights,
        pairs_keys=np.zeros(0, dtype=np.int64),
        pairs_idf=np.zeros(0, dtype=np.float32),
        pairs_weights=np.zeros((0, heads), dtype=np.float16),
        signals_weights=np.zeros((len(SIGNALS), heads), dtype=np.float32),
        intercepts=np.full(heads, -6.0),
        platt=np.array([[1.0, 0.0]] * heads),
    )
    manifest = Manifest(
        version="test-1",
        created="2026-01-01T00:00:00Z",
        promises={"1/1000": PromisedThresholds(dict.fromkeys(CATEGORIES, REMOVE), 3000, 0, 0)},
        refused={},
        review={"0.03": dict.fromkeys(CATEGORIES, REVIEW)},
        appeal=REVIEW,
        logits=HEADS,
        heads={head: (head,) for head in HEADS},
        files={},
        calibration={},
        data={},
        libraries={},
        metrics={},
    )
    return save(folder, manifest, arrays)
