"""The fast scorer says what the book says, with or without its cache."""

import random
import threading
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from model.artefact import DEFAULT_ARTEFACT, load, pack_names, unpack_names
from model.features import Vocabulary
from model.labels import CATEGORIES, HEADS
from model.memory import Answers, Memory
from model.scorer import Scorer, Scores
from model.tokens import ngrams
from model.weights import lemmas_and_kinds
from tests.unit.model.conftest import WORDS
from tests.unit.model.reference import reference_scores

HARD = ("", "   ", "😀😀", "\x00", "\ud800", "а" * 16000, "!!!", "1" * 500, "https://a.ru", "@user", "п и з д е ц")


def _texts(count):
    draw = random.Random(3)
    common = (
        "дороги",
        "ямы",
        "глава района",
        "дурак",
        "спасибо",
        "казино",
        "d",
        "Пришлите",
        "https://t.me/x",
        "1500 руб",
        "вода!",
    )
    return [" ".join(draw.choice(WORDS + common) for _ in range(draw.randint(1, 12))) for _ in range(count)]


@pytest.fixture(scope="module")
def artefact(artefact_folder):
    return load(artefact_folder)


@pytest.mark.parametrize("which", ["small", "shipped"])
def test_the_score_is_the_reference(artefact, which):
    """The sum of cached parts equals the matrices of the same arrays to 1e-9."""
    model = artefact if which == "small" else load(DEFAULT_ARTEFACT)
    texts = [*_texts(400), *HARD]
    scorer = Scorer(model)
    for _ in range(2):
        found = np.array([scorer.score(t) for t in texts])
        assert np.abs(found - reference_scores(model, texts)).max() < 1e-9


def test_the_cache_changes_nothing(artefact):
    """A score is the same to the last bit cold, warm, without a cache and with one that overflows."""
    texts = _texts(300)
    warm, none, tiny = Scorer(artefact), Scorer(artefact, cache_bytes=0), Scorer(artefact, cache_bytes=2000)
    cold = [warm.score(t) for t in texts]
    for scorer in (warm, none, tiny):
        assert [scorer.score(t) for t in texts] == cold


def test_many_are_scored_as_one(artefact):
    """A batch gives what single texts give to 1e-12, with empty texts in between, whatever is cached."""
    texts = [*_texts(300), *HARD, "", *_texts(20)]
    one = [Scorer(artefact).score(t) for t in texts]
    for scorer in (Scorer(artefact), Scorer(artefact, cache_bytes=0), Scorer(artefact, cache_bytes=2000)):
        for _ in range(2):
            assert np.abs(np.array(scorer.score_many(texts)) - np.array(one)).max() < 1e-12
    assert Scorer(artefact).score_many([]) == []
    assert Scorer(artefact).score_many(["", "!"]) == [Scores(0.0, 0.0, 0.0, 0.0, 0.0)] * 2


def test_words_together_add_what_they_add_alone(artefact):
    """The row of a word is the same to the last bit whether it is computed alone, with others, or by the book."""
    weights, arrays = Scorer(artefact)._weights, artefact.arrays
    words = sorted({*WORDS, "дорогами", "ямаямаямаяма", "дддддд", "x", "@user", "0000000", "й" * 64, "\U00020000ок"})
    together = weights.tokens(words)
    names = {name: row for row, name in enumerate(unpack_names(arrays.chars_names))}
    idf, value = arrays.chars_idf.astype(np.float64), arrays.chars_weights.astype(np.float64)
    for number, word in enumerate(words):
        alone = weights.tokens([word])
        assert (alone[0] == together[number]).all(), word
        counts = Counter(names[gram] for gram in ngrams(word) if gram in names)
        rows, times = list(counts), np.array(list(counts.values()), dtype=np.float64)
        expected = (times * idf[rows]) @ value[rows] if rows else np.zeros(weights.logits)
        assert np.allclose(alone[0, : weights.logits], expected, rtol=0, atol=1e-11), word
        assert alone[0, -2] == pytest.approx(float(((times * idf[rows]) ** 2).sum()) if rows else 0.0, abs=1e-11)


def test_listed_forms_are_what_the_dictionary_says():
    """Every form that the shipped model lists has the code that the dictionary gives, so the list changes no score."""
    artefact = load(DEFAULT_ARTEFACT)
    forms = unpack_names(artefact.arrays.forms_names)
    assert len(forms) > 20_000
    vocabulary = Vocabulary((), unpack_names(artefact.arrays.lemmas_names), ())
    draw = random.Random(5)
    chosen = sorted(draw.sample(range(len(forms)), 3000))
    assert [vocabulary.code_of(forms[n]) for n in chosen] == artefact.arrays.forms_codes[chosen].tolist()
    without = Scorer(replace(artefact, arrays=replace(artefact.arrays, forms_names=pack_names([]), forms_codes=np.zeros(0, np.int32))))  # fmt: skip
    texts = [" ".join(draw.sample(forms, 10)) for _ in range(50)]
    assert without.score_many(texts) == Scorer(artefact).score_many(texts)


def test_every_memory_is_bounded_and_counts(artefact):
    """Each memory behind the scores stays within its limit whatever is written, and tells what it had and had not."""
    scorer = Scorer(artefact, cache_bytes=2**20)
    draw = random.Random(4)
    letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    flood = [" ".join("".join(draw.choices(letters, k=7)) for _ in range(50)) for _ in range(100)]
    scorer.score_many(flood)
    for text in _texts(200):
        scorer.score(text)
    memories = scorer.memories()
    assert memories.keys() >= {"words", "kinds", "endings", "forms", "surnames"}
    for name, memory in memories.items():
        assert 0 < memory.bytes <= memory.limit <= 16 * 2**20, name
        assert memory.entries > 0, name
        assert memory.misses > 0, name
    assert memories["words"].limit == 2**20
    assert memories["words"].hits > 500


def test_answers_start_afresh_when_there_are_too_many():
    """No more are kept than were allowed; what was asked is counted."""
    answers = Answers(3, 100)
    for number in range(10):
        assert answers.get(number) is None
        answers.keep(number, str(number))
        assert answers.get(number) == str(number)
        assert answers.memory().entries <= 3
    assert answers.memory() == Memory(100, 300, 1, 10, 10)


def test_threads_share_a_scorer(artefact):
    """Scores are right while other threads fill and empty the cache."""
    texts = _texts(200)
    expected = {t: Scorer(artefact).score(t) for t in texts}
    shared = Scorer(artefact, cache_bytes=3000)
    wrong = []

    def work(seed):
        draw = random.Random(seed)
        for _ in range(400):
            text = draw.choice(texts)
            if shared.score(text) != expected[text]:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("text", HARD)
def test_any_text_is_scored(artefact, text):
    """Texts without words score zero, others a probability; nothing raises."""
    scores = Scorer(artefact).score(text)
    assert all(0.0 <= s <= 1.0 for s in scores)
    assert Scorer(artefact).explain(text, categories=HEADS) is not None


def test_no_numpy_leaves_the_model(artefact):
    """Scores and spans are plain Python values."""
    scorer = Scorer(artefact)
    scores = scorer.score("дурак дорога")
    assert isinstance(scores, Scores)
    assert {type(s) for s in scores} == {float}
    for span in scorer.explain("дурак дорога", categories=CATEGORIES):
        assert [type(x) for x in span] == [int, int, float, str]


def test_explanation_adds_up(artefact):
    """Shares of one category sum to one; the strongest comes first; the limit holds."""
    scorer = Scorer(artefact)
    text = "Дурак глава района, яма, вода, казино 1500 руб"
    spans = scorer.explain(text, categories=["insult"], limit=100)
    assert sum(s.share for s in spans) == pytest.approx(1.0)
    assert [s.share for s in spans] == sorted((s.share for s in spans), reverse=True)
    assert len(scorer.explain(text, categories=CATEGORIES, limit=3)) == 3
    with pytest.raises(ValueError, match="unknown category 'rude'"):
        scorer.explain(text, categories=["rude"])


def test_function_words_are_not_pointed_at(artefact):
    """«и», «на», «вы» are shown only when nothing else speaks for the category; their shares are given to nobody."""
    scorer = Scorer(artefact)
    text = "вы и на дурак глава района яма вода казино"
    shown = {text[s.start : s.end] for s in scorer.explain(text, categories=CATEGORIES, limit=100)}
    assert shown
    assert shown.isdisjoint({"вы", "и", "на"})
    assert sum(s.share for s in scorer.explain(text, categories=["insult"], limit=100)) <= 1.0 + 1e-9
    alone = [h for h in HEADS if scorer.explain("вы", categories=[h])]
    assert alone


def test_token_evidence_is_the_logit(artefact):
    """What the tokens add, the intercept and the look of the text together are the logit."""
    from model.explain import Evidence
    from model.signals import measures

    scorer = Scorer(artefact)
    text = "дурак глава района казино 1500"
    _, read, table = scorer.look(text)
    rows = table.take(read.places, 0)
    lemmas, kinds = (part.tolist() for part in lemmas_and_kinds(rows))
    added = Evidence(scorer._weights, rows, lemmas, kinds, {}).per_token().sum(axis=0)
    rest = scorer._weights.intercepts + np.array(measures(text, read.undone)) @ scorer._weights.measures
    assert np.allclose(added + rest, scorer.logits(text), atol=1e-12)
