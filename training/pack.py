"""Packs fitted models into the arrays of an artefact."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Final

import numpy as np

from model.artefact import Array, Arrays, pack_names
from model.features import Vocabulary
from model.lemmas import is_russian
from training.calibrate import Platt
from training.linear import Linear
from training.vectorise import SCALES, Names, widths

MIN_FORMS: Final = 2


def pack(names: Names, models: Sequence[Linear], platts: Sequence[Platt], texts: Iterable[Sequence[str]]) -> Arrays:
    """The arrays of a model; `models` and `platts` stand in the order of the manifest's logits.

    `texts` are token forms of the texts whose frequent words need no dictionary afterwards.
    """
    forms, codes = known_forms(names.lemmas, texts)
    stacked = np.stack([model.weights for model in models], axis=1)
    chars, lemmas, pairs, signals = np.split(stacked, np.cumsum(widths(names))[:-1])
    return Arrays(
        pack_names(names.chars),
        names.chars_idf,
        (chars * SCALES["chars"]).astype(np.float32),
        pack_names(names.lemmas),
        names.lemmas_idf,
        (lemmas * SCALES["lemmas"]).astype(np.float32),
        np.asarray(names.pairs, dtype=np.int64),
        names.pairs_idf,
        (pairs * SCALES["pairs"]).astype(np.float32),
        (signals * SCALES["signals"]).astype(np.float32),
        np.array([model.intercept for model in models]),
        np.array(platts),
        pack_names(forms),
        codes,
    )


def known_forms(lemmas: Sequence[str], texts: Iterable[Sequence[str]]) -> tuple[list[str], Array]:
    """Sorted word forms that enough texts hold, and what the dictionary says of each as a code (int32)."""
    counts = Counter(form for words in texts for form in set(words))
    # What is no Russian word is its own lemma, and the dictionary is not asked.
    forms = sorted(form for form, count in counts.items() if count >= MIN_FORMS and is_russian(form))
    vocabulary = Vocabulary((), lemmas, ())
    return forms, np.array([vocabulary.code_of(form) for form in forms], dtype=np.int32)


def fingerprint(arrays: Arrays) -> str:
    """A short name that other numbers would not have."""
    digest = hashlib.sha256()
    for field in fields(Arrays):
        digest.update(np.ascontiguousarray(getattr(arrays, field.name)).tobytes())
    return digest.hexdigest()[:10]
