"""What a look keeps of a text saves work and changes nothing."""

import numpy as np
import pytest

from model.artefact import DEFAULT_ARTEFACT, load
from model.labels import CATEGORIES
from model.scorer import Scorer

TEXTS = (
    "Автор поста дебил, и дебилы все, кто ему верит",
    "",
    "Заработок от 5000 руб в день, пиши в лс https://t.me/abc 🔥🔥",
    "!!! 😀",
    "п и з д е ц какой-то, а не дорога; дураки и хххамы",
    "Когда починят дорогу на улице Ленина?",
    "абракадабристый незнакослов дурак",
)


@pytest.fixture(scope="module", params=[48 * 2**20, 0], ids=["cache", "no cache"])
def scorer(request):
    """The shipped model with its memory of words, and without."""
    return Scorer(load(DEFAULT_ARTEFACT), cache_bytes=request.param)


def test_a_look_has_the_scores_and_explains_as_the_text_does(scorer):
    """Alone to the last bit, together up to the last bits; an explanation is the same from all three."""
    for text, together in zip(TEXTS, scorer.look_many(TEXTS), strict=True):
        alone = scorer.look(text)
        assert alone.scores == scorer.score(text)
        assert np.abs(np.array(together.scores) - np.array(alone.scores)).max() < 1e-12
        expected = scorer.explain(text, categories=CATEGORIES, limit=50)
        assert scorer.explain(text, categories=CATEGORIES, limit=50, look=alone) == expected
        assert scorer.explain(text, categories=CATEGORIES, limit=50, look=together) == expected
