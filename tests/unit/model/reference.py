"""The same score by the book: scikit-learn vectorisers rebuilt from the stored arrays, float64 matrices, no cache."""

from itertools import pairwise

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from model.artefact import unpack_names
from model.features import PAIR_SHIFT
from model.names import read
from model.normalise import normalise
from model.signals import kinds_of, measures, word_signals
from model.tokens import forms, ngrams


def _blocks(counts, idf, weights, squared):
    lengths = np.sqrt(squared)
    idf, weights = idf.astype(np.float64), weights.astype(np.float64)
    sums = (counts.multiply(idf)).tocsr() @ weights
    return np.divide(sums, lengths[:, None], out=np.zeros_like(sums), where=lengths[:, None] > 0)


def _counts(names, documents):
    return CountVectorizer(vocabulary=names, analyzer=lambda d: d).transform(documents)


def reference_scores(artefact, texts):
    """(texts, heads) probabilities."""
    arrays, manifest = artefact.arrays, artefact.manifest
    done = [normalise(t) for t in texts]
    words = [forms(d.text) for d in done]
    char_names, lemma_names = unpack_names(arrays.chars_names), unpack_names(arrays.lemmas_names)
    lemma_row = {n: i for i, n in enumerate(lemma_names)}
    unique = sorted({w for ws in words for w in ws})
    tokens = _counts(char_names, [ngrams(read(w).form) for w in unique])
    held = _counts(unique, words)
    token_squared = np.asarray(tokens.power(2).astype(np.float64) @ arrays.chars_idf.astype(np.float64) ** 2)
    logits = np.tile(arrays.intercepts, (len(texts), 1))
    logits += _blocks(held @ tokens, arrays.chars_idf, arrays.chars_weights, held @ token_squared)
    lemmas = [[read(w).lemma for w in ws] for ws in words]
    lemma_counts = _counts(lemma_names, lemmas)
    lemma_idf = arrays.lemmas_idf.astype(np.float64)
    logits += _blocks(lemma_counts, arrays.lemmas_idf, arrays.lemmas_weights, lemma_counts @ lemma_idf**2)
    keys = [
        [lemma_row[a] << PAIR_SHIFT | lemma_row[b] for a, b in pairwise(ls) if {a, b} <= lemma_row.keys()]
        for ls in lemmas
    ]
    pair_counts = _counts(arrays.pairs_keys.tolist(), keys)
    logits += _blocks(
        pair_counts, arrays.pairs_idf, arrays.pairs_weights, pair_counts @ arrays.pairs_idf.astype(np.float64) ** 2
    )
    for n, (text, d, ws) in enumerate(zip(texts, done, words, strict=True)):
        mask = 0
        for w in ws:
            mask |= kinds_of(w)
        signals = arrays.signals_weights.astype(np.float64)
        look = np.array(measures(text, d.undone))
        logits[n] += signals[word_signals(mask)].sum(axis=0) + look @ signals[-len(look) :]
    p = 1 / (1 + np.exp(-(logits * arrays.platt[:, 0] + arrays.platt[:, 1])))
    at = {name: i for i, name in enumerate(manifest.logits)}
    heads = ("spam", "insult", "obscenity", "threat", "appeal")
    found = np.stack([np.prod([p[:, at[x]] for x in manifest.heads[h]], axis=0) for h in heads], axis=1)
    return np.where(np.array([bool(ws) for ws in words])[:, None], found, 0.0)
