"""A small artefact with random numbers, made through the model's own code."""

import numpy as np
import pytest

from model.artefact import Arrays, Artefact, pack_names, save
from model.features import PAIR_SHIFT
from model.labels import CATEGORIES
from model.manifest import Manifest, PromisedThresholds
from model.signals import SIGNALS
from model.tokens import ngrams

WORDS = ("дорога", "яма", "дурак", "спасибо", "казино", "глава", "район", "вода", "угроза", "пиздец", "<link>", "000")
LOGITS = ("toxic", "insult_if_toxic", "obscenity_if_toxic", "threat_if_toxic", "spam", "appeal")
PARTS = {
    "spam": ("spam",),
    "insult": ("toxic", "insult_if_toxic"),
    "obscenity": ("toxic", "obscenity_if_toxic"),
    "threat": ("toxic", "threat_if_toxic"),
    "appeal": ("appeal",),
}


def _random(draw, *shape, kind=np.float32):
    return draw.normal(size=shape).astype(kind)


def make_artefact(folder) -> Artefact:
    draw = np.random.default_rng(1)
    chars = sorted({g for w in WORDS for g in ngrams(w)})
    lemmas = sorted(WORDS)
    pairs = sorted(a << PAIR_SHIFT | b for a in range(len(lemmas)) for b in range(len(lemmas)) if (a + b) % 2)
    width = len(LOGITS)
    arrays = Arrays(
        chars_names=pack_names(chars),
        chars_idf=np.abs(_random(draw, len(chars))) + 1,
        chars_weights=_random(draw, len(chars), width, kind=np.float16),
        lemmas_names=pack_names(lemmas),
        lemmas_idf=np.abs(_random(draw, len(lemmas))) + 1,
        lemmas_weights=_random(draw, len(lemmas), width, kind=np.float16),
        pairs_keys=np.array(pairs),
        pairs_idf=np.abs(_random(draw, len(pairs))) + 1,
        pairs_weights=_random(draw, len(pairs), width, kind=np.float16),
        signals_weights=_random(draw, len(SIGNALS), width),
        intercepts=_random(draw, width, kind=np.float64),
        platt=np.stack([np.full(width, 1.1), np.full(width, -0.3)], axis=1),
    )
    manifest = Manifest(
        version="test", created="2026-01-01",
        promises={"1/1000": PromisedThresholds(dict.fromkeys(CATEGORIES, 0.9), 3000, 0, 0)}, refused={},
        review={"0.03": dict.fromkeys(CATEGORIES, 0.5)}, appeal=0.5, logits=LOGITS, heads=PARTS,
        files={}, calibration={}, data={}, libraries={}, metrics={},
    )  # fmt: skip
    return save(folder, manifest, arrays)


@pytest.fixture(scope="session")
def artefact_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artefact")
    make_artefact(folder)
    return folder
