"""Turns texts into the sparse matrix whose dot products the scorer adds up by token."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from scipy import sparse

from model.features import PAIR_SHIFT, Vocabulary
from model.names import read
from model.signals import MEASURES, SIGNALS, kinds_of, word_signals
from model.tokens import ngrams
from training.dataset import Row

MIN_CHARS: Final = 8
MIN_LEMMAS: Final = 5
MIN_PAIRS: Final = 6
SCALES: Final = {"chars": 1.0, "lemmas": 1.0, "pairs": 0.7, "signals": 0.6}
# Toxicity lives in the letters: lemmas and pairs at full weight cost it more than they bring.
TOXIC_SHARES: Final = {"chars": 1.0, "lemmas": 0.3, "pairs": 0.43, "signals": 1.0}
Matrix = Any


@dataclass(frozen=True, slots=True)
class Names:
    """Sorted names of the features with their inverse document frequencies."""

    chars: list[str]
    lemmas: list[str]
    pairs: list[int]
    chars_idf: Any
    lemmas_idf: Any
    pairs_idf: Any


def _idf(documents: int, df: Any) -> Any:
    return (np.log((1 + documents) / (1 + np.asarray(df))) + 1.0).astype(np.float32)


def _frequent(counts: Counter[Any], least: int) -> list[Any]:
    return sorted(name for name, count in counts.items() if count >= least)


def learn_names(rows: list[Row]) -> Names:
    """The features that enough texts hold. Labels are not looked at."""
    words: Counter[str] = Counter()
    for row in rows:
        words.update(set(row.words))
    lemmas_of = {w: read(w).lemma for w in words}
    chars: Counter[str] = Counter()
    lemma_counts: Counter[str] = Counter()
    pair_counts: Counter[tuple[str, str]] = Counter()
    grams_of = {w: frozenset(ngrams(read(w).form)) for w in words}
    for row in rows:
        held: set[str] = set()
        for word in set(row.words):
            held |= grams_of[word]
        chars.update(held)
        sequence = [lemmas_of[w] for w in row.words]
        lemma_counts.update(set(sequence))
        pair_counts.update(set(pairwise(sequence)))
    char_names, lemma_names = _frequent(chars, MIN_CHARS), _frequent(lemma_counts, MIN_LEMMAS)
    number = {name: i for i, name in enumerate(lemma_names)}
    pairs = {
        number[a] << PAIR_SHIFT | number[b]: count
        for (a, b), count in pair_counts.items()
        if count >= MIN_PAIRS and a in number and b in number
    }
    keys = sorted(pairs)
    total = len(rows)
    return Names(
        char_names,
        lemma_names,
        keys,
        _idf(total, [chars[c] for c in char_names]),
        _idf(total, [lemma_counts[c] for c in lemma_names]),
        _idf(total, [pairs[k] for k in keys]),
    )


def _csr(triples: tuple[list[int], list[int], list[float]], shape: tuple[int, int]) -> Matrix:
    rows, columns, values = triples
    return sparse.csr_matrix((np.asarray(values, dtype=np.float64), (rows, columns)), shape=shape)


def _block(documents: Matrix, idf: Any, squared: Any, scale: float) -> Matrix:
    """Counts times idf, each text divided by the root of its tokens' squared lengths."""
    lengths = np.sqrt(squared)
    inverse = np.divide(scale, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sparse.diags_array(inverse) @ documents @ sparse.diags_array(idf.astype(np.float64))


def matrix(rows: list[Row], names: Names) -> Matrix:
    """One row per text: characters, lemmas, pairs, signals side by side (float64 CSR)."""
    vocabulary = Vocabulary(names.chars, names.lemmas, names.pairs)
    unique = sorted({w for row in rows for w in row.words})
    number = {w: i for i, w in enumerate(unique)}
    by_token: tuple[list[int], list[int], list[float]] = ([], [], [])
    lemma_of, kinds = [], []
    for token, word in enumerate(unique):
        grams, counts = vocabulary.chars_of(word)
        by_token[0].extend([token] * len(grams))
        by_token[1].extend(grams)
        by_token[2].extend(counts)
        lemma_of.append(vocabulary.lemma_of(word))
        kinds.append(kinds_of(word))
    held: tuple[list[int], list[int], list[float]] = ([], [], [])
    lemmas: tuple[list[int], list[int], list[float]] = ([], [], [])
    pairs: tuple[list[int], list[int], list[float]] = ([], [], [])
    signals: tuple[list[int], list[int], list[float]] = ([], [], [])
    for place, row in enumerate(rows):
        tokens = [number[w] for w in row.words]
        sequence = [lemma_of[t] for t in tokens]
        _extend(held, place, tokens)
        _extend(lemmas, place, [x for x in sequence if x >= 0])
        _extend(pairs, place, [x for _, x in vocabulary.pairs_of(sequence)])
        mask = 0
        for t in tokens:
            mask |= kinds[t]
        _extend(signals, place, word_signals(mask))
        signals[0].extend([place] * len(row.look))
        signals[1].extend(range(len(SIGNALS) - len(MEASURES), len(SIGNALS)))
        signals[2].extend(row.look)
    size = len(rows)
    token_chars = _csr(by_token, (len(unique), len(names.chars)))
    idf = names.chars_idf.astype(np.float64)
    token_squared = token_chars.power(2) @ (idf**2)
    documents = _csr(held, (size, len(unique)))
    lemma_counts = _csr(lemmas, (size, len(names.lemmas)))
    pair_counts = _csr(pairs, (size, len(names.pairs)))
    return sparse.hstack(
        [
            _block(documents @ token_chars, names.chars_idf, documents @ token_squared, SCALES["chars"]),
            _block(
                lemma_counts,
                names.lemmas_idf,
                lemma_counts @ (names.lemmas_idf.astype(np.float64) ** 2),
                SCALES["lemmas"],
            ),
            _block(
                pair_counts, names.pairs_idf, pair_counts @ (names.pairs_idf.astype(np.float64) ** 2), SCALES["pairs"]
            ),
            _csr(signals, (size, len(SIGNALS))) * SCALES["signals"],
        ],
        format="csr",
    )


def _extend(triples: tuple[list[int], list[int], list[float]], row: int, columns: list[int]) -> None:
    triples[0].extend([row] * len(columns))
    triples[1].extend(columns)
    triples[2].extend([1.0] * len(columns))


def widths(names: Names) -> tuple[int, int, int, int]:
    """Number of columns of each block, in order."""
    return len(names.chars), len(names.lemmas), len(names.pairs), len(SIGNALS)


def toxic_scales(names: Names) -> Any:
    """What the columns are multiplied by where toxicity is asked about."""
    return np.repeat([TOXIC_SHARES[block] for block in SCALES], widths(names))
