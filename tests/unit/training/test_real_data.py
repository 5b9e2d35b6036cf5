"""The shipped model against the real texts, where they are at hand."""

import numpy as np
import pytest

from model.artefact import DEFAULT_ARTEFACT, load
from model.labels import CATEGORIES
from model.scorer import Scorer
from tests.unit.model.reference import reference_scores
from training.dataset import file_digests
from training.lines import objects

pytestmark = pytest.mark.needs_data


@pytest.fixture(scope="module")
def scorer():
    return Scorer(load(DEFAULT_ARTEFACT))


def _texts(folder, name, keep, step):
    return [v["text"] for _, v in objects(folder / name) if keep(v)][::step]


def test_it_was_trained_on_these_files(real_data):
    """The digests in the manifest are those of the data."""
    assert load(DEFAULT_ARTEFACT).manifest.data.items() <= file_digests(real_data).items()


def test_the_reference_agrees_on_real_comments(real_data, scorer):
    """Thousands of real comments score as by the book, to 1e-9."""
    texts = _texts(real_data, "toxic.jsonl", lambda v: True, 27) + _texts(
        real_data, "municipal.jsonl", lambda v: True, 27
    )
    found = np.array([scorer.score(t) for t in texts])
    assert len(texts) > 2500
    assert np.abs(found - reference_scores(load(DEFAULT_ARTEFACT), texts)).max() < 1e-9


def test_no_appeal_is_removed(real_data, scorer):
    """No citizen's appeal is over a removal threshold without the protection of appeals."""
    thresholds = scorer.manifest.promises["1/1000"].thresholds
    texts = _texts(real_data, "municipal.jsonl", lambda v: v["kind"] == "appeal", 1)
    removed = 0
    for text in texts:
        scores = scorer.score(text)
        over = any(getattr(scores, c) >= thresholds[c] for c in CATEGORIES)
        removed += over and scores.appeal < scorer.manifest.appeal
    assert len(texts) > 2900
    assert removed == 0
