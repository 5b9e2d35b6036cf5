"""The same model as a scikit-learn pipeline: same vocabularies, same idf, same weights, `predict_proba([text])`."""

from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import LabelBinarizer

from model.artefact import Arrays, unpack_names
from model.features import PAIR_SHIFT
from model.lemmas import lemma
from model.normalise import normalise
from model.tokens import FIXED, forms, ngrams


def char_grams(text: str) -> list[str]:
    """The n-grams that the scorer counts."""
    return [gram for word in forms(normalise(text).text) for gram in ngrams(word)]


def lemmas_of(text: str) -> list[str]:
    """The lemmas that the scorer counts."""
    return [word if word in FIXED else lemma(word) for word in forms(normalise(text).text)]


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Neighbouring lemmas."""
    return list(pairwise(lemmas_of(text)))


def pipeline(arrays: Arrays) -> Pipeline:
    """A fitted pipeline made of the artefact's arrays.

    Two things differ from the scorer and make the pipeline cheaper, not dearer: the few dense signals are left out, and
    the length of a text is scikit-learn's own L2 norm. Therefore its probabilities are near the scorer's, not equal.
    """
    lemma_names = unpack_names(arrays.lemmas_names)
    mask = (1 << PAIR_SHIFT) - 1
    pairs = [(lemma_names[key >> PAIR_SHIFT], lemma_names[key & mask]) for key in arrays.pairs_keys.tolist()]
    union = FeatureUnion(
        [
            ("chars", _vectorizer(char_grams, unpack_names(arrays.chars_names), arrays.chars_idf)),
            ("lemmas", _vectorizer(lemmas_of, lemma_names, arrays.lemmas_idf)),
            ("pairs", _vectorizer(pairs_of, pairs, arrays.pairs_idf)),
        ]
    )
    weights = np.vstack([arrays.chars_weights, arrays.lemmas_weights, arrays.pairs_weights]).astype(np.float64)
    return Pipeline([("features", union), ("heads", _one_vs_rest(weights, arrays.intercepts))])


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
