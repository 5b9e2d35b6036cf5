"""Packs fitted models into the arrays of an artefact."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from model.artefact import Arrays, pack_names
from training.calibrate import Platt
from training.fit import Linear
from training.vectorise import SCALES, Names, widths


def pack(names: Names, models: Sequence[Linear], platts: Sequence[Platt]) -> Arrays:
    """The arrays of a model; `models` and `platts` stand in the order of the manifest's logits."""
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
    )


def fingerprint(arrays: Arrays) -> str:
    """A short name that other numbers would not have."""
    digest = hashlib.sha256()
    for field in fields(Arrays):
        digest.update(np.ascontiguousarray(getattr(arrays, field.name)).tobytes())
    return digest.hexdigest()[:10]
