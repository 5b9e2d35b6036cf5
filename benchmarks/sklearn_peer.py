"""The same model as a scikit-learn pipeline: same vocabularies, same idf, same weights, `predict_proba([text])`."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, LabelBinarizer

from model.artefact import Arrays, unpack_names
from model.features import PAIR_SHIFT
from model.names import read
from model.normalise import normalise
from model.signals import SIGNALS, kinds_of, measures, word_signals
from model.tokens import forms, ngrams
from model.weights import FIRST_MEASURE


class Prepared(NamedTuple):
    """A text, read once for all blocks of features."""

    chars: list[str]
    lemmas: list[str]
    kinds: int
    measures: list[float]


def prepare(texts: list[str]) -> list[Prepared]:
    """What the blocks need."""
    return [_prepared(text) for text in texts]


def _prepared(text: str) -> Prepared:
    normalised = normalise(text)
    words = forms(normalised.text)
    kinds = 0
    for word in words:
        kinds |= kinds_of(word)
    readings = [read(word) for word in words]
    chars, lemmas = [reading.form for reading in readings], [reading.lemma for reading in readings]
    return Prepared(chars, lemmas, kinds, list(measures(text, normalised.undone)))


def char_grams(text: Prepared) -> list[str]:
    """The n-grams that the scorer counts."""
    return [gram for form in text.chars for gram in ngrams(form)]


def _lemmas_of(text: Prepared) -> list[str]:
    return text.lemmas


def _pairs_of(text: Prepared) -> list[tuple[str, str]]:
    return list(pairwise(text.lemmas))


def _signals_of(texts: list[Prepared]) -> Any:
    rows = np.zeros((len(texts), len(SIGNALS)))
    for row, text in zip(rows, texts, strict=True):
        row[word_signals(text.kinds)] = 1.0
        row[FIRST_MEASURE:] = text.measures
    return rows


def pipeline(arrays: Arrays) -> Pipeline:
    """A fitted pipeline made of the artefact's arrays.

    One thing differs from the scorer: the length of a text is scikit-learn's own L2 norm. Therefore its logits are near
    the scorer's, not equal.
    """
    lemma_names = unpack_names(arrays.lemmas_names)
    mask = (1 << PAIR_SHIFT) - 1
    pairs = [(lemma_names[key >> PAIR_SHIFT], lemma_names[key & mask]) for key in arrays.pairs_keys.tolist()]
    union = FeatureUnion(
        [
            ("chars", _vectorizer(char_grams, unpack_names(arrays.chars_names), arrays.chars_idf)),
            ("lemmas", _vectorizer(_lemmas_of, lemma_names, arrays.lemmas_idf)),
            ("pairs", _vectorizer(_pairs_of, pairs, arrays.pairs_idf)),
            ("signals", FunctionTransformer(_signals_of)),
        ]
    )
    blocks = [arrays.chars_weights, arrays.lemmas_weights, arrays.pairs_weights, arrays.signals_weights]
    weights = np.vstack(blocks).astype(np.float64)
    return Pipeline(
        [
            ("words", FunctionTransformer(prepare)),
            ("features", union),
            ("heads", _one_vs_rest(weights, arrays.intercepts)),
        ]
    )


def _vectorizer(analyzer: Any, names: list[Any], idf: Any) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(analyzer=analyzer, vocabulary={name: row for row, name in enumerate(names)})
    vectorizer.idf_ = idf.astype(np.float64)
    return vectorizer


def _one_vs_rest(weights: Any, intercepts: Any) -> OneVsRestClassifier:
    heads = OneVsRestClassifier(LogisticRegression())
    heads.estimators_ = [_binary(weights[:, head], intercepts[head]) for head in range(len(intercepts))]
    # Questions, not classes: several may be true of one text.
    heads.label_binarizer_ = LabelBinarizer().fit(np.eye(len(intercepts), dtype=int))
    return heads


def _binary(weights: Any, intercept: float) -> LogisticRegression:
    regression = LogisticRegression()
    regression.classes_ = np.array([0, 1])
    regression.coef_ = np.ascontiguousarray(weights.reshape(1, -1))
    regression.intercept_ = np.array([intercept])
    return regression
