"""Rows of words are kept within a budget of bytes, and those that people use longest."""

import random
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from model.cache import TokenCache
from model.sight import Sight


def _gathered(cache, words):
    """The rows of words, once the cache has them."""
    generation = cache.having(lambda one: {word: word.isalpha() for word in words if one.place(word) is None})
    cache.count(len(words))
    return generation.rows.take([generation.place(word) for word in words], 0)


def _lengths(words):
    return np.array([[float(len(word))] for word in words])


def test_who_is_asked_for_again_stays():
    """When the budget is spent, words that nobody repeats go first; those in use are computed once."""
    computed = Counter()

    def compute(words):
        computed.update(words)
        return _lengths(words)

    cache = TokenCache(compute, 1, 5000)
    usual = [f"слово{n}" for n in range(5)] + ["да", "нет"]
    full = 0
    for n in range(1000):
        assert _gathered(cache, [f"чужое{n}", *usual])[:, 0].tolist() == [len(f"чужое{n}"), *map(len, usual)]
        assert cache.memory().bytes <= cache.memory().limit
        full = max(full, cache.memory().entries)
    assert 15 < full < 35
    assert {computed[word] for word in usual} == {1}
    before = cache.memory()
    _gathered(cache, ["чужое999", "чужое0"])
    after = cache.memory()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 1)


def test_plain_words_are_told_from_others():
    """A word is known as plain or as another one, in the generation it came into and in the next."""
    cache = TokenCache(_lengths, 1, 4000)
    for n in range(300):
        words = ["дом", "дом5", f"я{n}", "б" * (n % 40 + 1)]
        generation = cache.having(
            lambda one, words=words: {word: word.isalpha() for word in words if one.place(word) is None}
        )
        assert {word for word in words if word in generation.plain} == {word for word in words if word.isalpha()}
        assert {word for word in words if word in generation.others} == {"дом5", f"я{n}"}


@pytest.mark.parametrize("budget", range(0, 1200, 20))
def test_the_smallest_budgets_hold_what_fits(budget):
    """Nothing, or some short words; what does not fit is told all the same."""
    cache = TokenCache(_lengths, 1, budget)
    for _ in range(2):
        assert _gathered(cache, ["а", "дом", "а", "улица"]).tolist() == [[1.0], [3.0], [1.0], [5.0]]
        assert cache.memory().bytes <= budget


def test_words_that_people_use_survive_a_flood():
    """After 300,000 invented words, many of them as long as words may be, the budget is kept and usual words are known."""
    draw = random.Random(9)
    usual = [f"обычное{n}" for n in range(3000)]
    cache = TokenCache(lambda tokens: np.zeros((len(tokens), 8)), 8, 4 * 2**20)
    for _ in range(300):
        _gathered(cache, draw.sample(usual, len(usual)))
        flood = ["".join(draw.choices("абвгдежзиклмн\U00020000", k=draw.choice((6, 12, 64)))) for _ in range(1000)]
        _gathered(cache, flood)
        memory = cache.memory()
        assert memory.bytes <= memory.limit == 4 * 2**20
    assert 300_000 <= memory.misses <= 303_000
    _gathered(cache, usual)
    assert cache.memory().misses == memory.misses


def test_what_is_longer_than_words_takes_no_room():
    """A flood of texts without a space is cut into words, which are kept; the texts themselves are not."""
    cache = TokenCache(_lengths, 1, 2**20)
    sight = Sight(cache)
    for n in range(20):
        (read,), _ = sight.read([f"{n}" + "йцукен" * 2000])
        assert len(read.places) == 1
    assert cache.memory().entries == 20
    assert cache.memory().bytes < 20 * 500


def test_a_cache_counts_its_bytes():
    """What the interpreter really allocates for a full cache is within its budget, and near what it tells."""
    budget = 8 * 2**20
    draw = random.Random(2)
    tracemalloc.start()
    try:
        cache = TokenCache(lambda tokens: np.zeros((len(tokens), 8)), 8, budget)
        for _ in range(80):
            _gathered(cache, ["".join(draw.choices("абвгдежзиклмн", k=8)) for _ in range(1000)])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Half of it for certain, and the whole before the next turn of the generations.
    assert 0.6 * cache.memory().bytes < held < 1.05 * budget
    assert cache.memory().bytes > 0.45 * budget
