"""The same score by the book: a scikit-learn pipeline made of the stored arrays in float64; no cache, no sums by token."""

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from model.artefact import unpack_names
from model.features import PAIR_SHIFT
from model.labels import HEADS
from model.names import read
from model.normalise import MAX_BEFORE, normalise
from model.signals import MEASURES, SIGNALS, kinds_of, measures, word_signals
from model.tokens import forms, ngrams


class Read(NamedTuple):
    """What the blocks take their features from."""

    words: list[str]
    lemmas: list[str]
    look: tuple[float, ...]


def _read(texts):
    found = []
    for text in texts:
        normalised = normalise(text)
        words = forms(normalised.text)
        look = measures(text[:MAX_BEFORE], normalised.undone)
        found.append(Read(words, [read(word).lemma for word in words], look))
    return found


def _words_as_ngrams(text):
    return [tuple(ngrams(read(word).form)) for word in text.words]


def _lemmas(text):
    return [(lemma,) for lemma in text.lemmas]


def _pairs(text):
    return [(pair,) for pair in pairwise(text.lemmas)]


class Block(TransformerMixin, BaseEstimator):
    """Counts times idf, divided by the root of the sum of squared lengths of a text's units (words, pairs)."""

    def __init__(self, units, names, idf):
        self.units = units
        self.names = names
        self.idf = idf

    def fit(self, *_):
        """Nothing is learned: the vocabulary is the artefact's."""
        return self

    def transform(self, texts):
        """(texts, names) float64."""
        counted = [Counter(self.units(text)) for text in texts]
        unique = sorted({unit for units in counted for unit in units})
        place = {unit: n for n, unit in enumerate(unique)}
        vocabulary = {name: n for n, name in enumerate(self.names)}
        vectoriser = CountVectorizer(vocabulary=vocabulary, analyzer=lambda unit: unit)
        weighted = sparse.csr_matrix((len(unique), len(self.names)))
        if unique and self.names:
            weighted = vectoriser.transform(unique).astype(np.float64) @ sparse.diags_array(self.idf.astype(np.float64))
        cells = [(n, place[unit], count) for n, units in enumerate(counted) for unit, count in units.items()]
        rows, columns, counts = zip(*cells, strict=True) if cells else ((), (), ())
        held = sparse.csr_matrix((np.array(counts, dtype=np.float64), (rows, columns)), (len(counted), len(unique)))
        lengths = np.sqrt(held @ np.asarray(weighted.power(2).sum(axis=1)).ravel())
        inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return (sparse.diags_array(inverse) @ held @ weighted).tocsr()


def _signals(texts):
    rows = np.zeros((len(texts), len(SIGNALS)))
    for row, text in zip(rows, texts, strict=True):
        kinds = 0
        for word in text.words:
            kinds |= kinds_of(word)
        row[word_signals(kinds)] = 1.0
        row[-len(MEASURES) :] = text.look
    return sparse.csr_matrix(rows)


def _linear(weights, intercepts):
    model = LogisticRegression()
    model.coef_ = np.ascontiguousarray(weights, dtype=np.float64)
    model.intercept_ = np.asarray(intercepts, dtype=np.float64)
    model.classes_ = np.arange(max(2, len(model.coef_)))
    return model


def pipeline(artefact):
    """Texts in, logits in the manifest's order out of `decision_function`."""
    arrays = artefact.arrays
    lemmas = unpack_names(arrays.lemmas_names)
    low = (1 << PAIR_SHIFT) - 1
    pairs = [(lemmas[key >> PAIR_SHIFT], lemmas[key & low]) for key in arrays.pairs_keys.tolist()]
    blocks = [
        ("chars", Block(_words_as_ngrams, unpack_names(arrays.chars_names), arrays.chars_idf)),
        ("lemmas", Block(_lemmas, lemmas, arrays.lemmas_idf)),
        ("pairs", Block(_pairs, pairs, arrays.pairs_idf)),
        ("signals", FunctionTransformer(_signals)),
    ]
    weights = [getattr(arrays, f"{name}_weights") for name, _ in blocks]
    logits = _linear(np.vstack([w.astype(np.float64) for w in weights]).T, arrays.intercepts)
    return Pipeline([("read", FunctionTransformer(_read)), ("features", FeatureUnion(blocks)), ("logits", logits)])


def reference_logits(artefact, texts):
    """(texts, logits); zero for a text without words."""
    made = pipeline(artefact)
    silent = np.array([not text.words for text in made["read"].transform(texts)])
    return np.where(silent[:, None], 0.0, made.decision_function(texts))


def reference_scores(artefact, texts):
    """(texts, heads) probabilities: a Platt map per logit; a kind falls by half of its lack, all by that of the best."""
    manifest = artefact.manifest
    logits = reference_logits(artefact, texts)
    known = {}
    for column, (name, (slope, offset)) in enumerate(zip(manifest.logits, artefact.arrays.platt, strict=True)):
        known[name] = _linear([[slope]], [offset]).decision_function(logits[:, [column]])
    columns = []
    for head in HEADS:
        first, *kind = manifest.heads[head]
        value = known[first]
        if kind:
            others = [known[p[1]] for p in manifest.heads.values() if len(p) == 2 and p[0] == first]
            likeliest = np.max(others, axis=0)
            value = value - 0.5 * (likeliest - known[kind[0]]) - (-likeliest).clip(min=0.0)
            second = known[kind[0]] < likeliest
            value[second] = value[second].clip(max=known[kind[0]][second] + 3.0)
        columns.append(_linear([[1.0]], [0.0]).predict_proba(value[:, None])[:, 1])
    found = np.stack(columns, axis=1)
    silent = np.array([not text.words for text in _read(texts)])
    return np.where(silent[:, None], 0.0, found)
