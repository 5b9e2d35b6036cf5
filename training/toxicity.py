"""The recipe of the toxic logit: communities first, forums as far as they agree with them, then a little of forums."""

from typing import Any, Final

import numpy as np

from training.linear import Linear, bayes, logistic, weighted

C: Final = 3.0
SMOOTHING: Final = 0.1
# Forum annotators call other things toxic than those of communities. Their rows on which a model of communities agrees
# with the label count double; the rest say nothing about communities.
AGREEING_WEIGHT: Final = 2.0
# A model that read forums only is added with this share of the main model's spread, once for each way of fitting it.
FORUM_SHARE: Final = 0.06
FORUM_C: Final = 6.0
FORUM_SMOOTHING: Final = 0.5


def _spread(model: Linear, features: Any) -> float:
    return float(np.std(model.logits(features))) or 1.0


def agreeing(features: Any, answers: Any, weights: Any, forum: Any) -> Any:
    """The weights of the rows after a model that never saw the forum rows was asked about them."""
    model = weighted(features, answers, np.where(forum, 0.0, weights), C, SMOOTHING)
    agrees = (model.logits(features) > 0) == answers
    return np.where(forum, AGREEING_WEIGHT * agrees, 1.0) * weights


def fit_toxic(features: Any, answers: Any, weights: Any, forum: Any) -> Linear:
    """One vector of weights; `forum` masks the rows of forums, and may be all False."""
    apart = bool(forum.any()) and not forum.all() and len({*answers[forum]}) == 2 == len({*answers[~forum]})
    if not apart:
        return weighted(features, answers, weights, C, SMOOTHING)
    main = weighted(features, answers, agreeing(features, answers, weights, forum), C, SMOOTHING)
    chosen = features[forum], answers[forum], weights[forum]
    parts = [logistic(*chosen, FORUM_C), bayes(*chosen, FORUM_SMOOTHING)]
    spread = _spread(main, features)
    total, intercept = main.weights.copy(), main.intercept
    for part in parts:
        share = FORUM_SHARE * spread / _spread(part, features)
        total += share * part.weights
        intercept += share * (part.intercept - float(np.mean(part.logits(features))))
    return Linear(total, intercept)
