"""Linear models over sparse features: logistic regression, plain or weighted by naive Bayes, and naive Bayes alone."""

from typing import Any, Final, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

SEED: Final = 20261122


class Linear(NamedTuple):
    """logit = weights · features + intercept."""

    weights: Any
    intercept: float

    def logits(self, features: Any) -> Any:
        """One logit a row."""
        return features @ self.weights + self.intercept


def logistic(features: Any, answers: Any, weights: Any, c: float) -> Linear:
    """Logistic regression; rows of weight 0 are left out."""
    used = weights > 0
    model = LogisticRegression(C=c, solver="liblinear", random_state=SEED, max_iter=200)
    model.fit(features[used], answers[used], sample_weight=weights[used])
    return Linear(model.coef_[0], float(model.intercept_[0]))


def ratios(features: Any, answers: Any, weights: Any, smoothing: float) -> Any:
    """Log-count ratios of naive Bayes, one per feature."""
    columns = features.T
    positive = columns @ (weights * answers) + smoothing
    negative = columns @ (weights * ~answers) + smoothing
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


def bayes(features: Any, answers: Any, weights: Any, smoothing: float) -> Linear:
    """Naive Bayes, which learns more from few and noisy texts than a regression does; its intercept is left at 0."""
    return Linear(ratios(features, answers, weights, smoothing), 0.0)


def weighted(features: Any, answers: Any, weights: Any, c: float, smoothing: float) -> Linear:
    """Logistic regression over features multiplied by their ratios of naive Bayes."""
    by = ratios(features, answers, weights, smoothing)
    model = logistic(features @ sparse.diags_array(by), answers, weights, c)
    return Linear(model.weights * by, model.intercept)
