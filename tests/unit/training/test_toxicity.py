"""The recipe of the toxic logit, on a made-up vocabulary of a few words."""

import numpy as np
from scipy import sparse

from training.fit import fit_part, fit_task, out_of_fold
from training.tasks import Task
from training.toxicity import agreeing, fit_toxic


def _texts(count: int = 400):
    """Column 0 is abuse to all, 1 is praise, 2 is abuse to forums only, 3 is noise; every third row is a forum's."""
    draw = np.random.default_rng(7)
    answers = np.arange(count) % 2 == 0
    forum = np.arange(count) % 3 == 0
    columns = np.zeros((count, 4))
    columns[:, 0], columns[:, 1], columns[:, 3] = answers, ~answers, draw.random(count)
    slang = forum & answers & (np.arange(count) % 4 == 0)
    columns[slang, 0], columns[slang, 2] = 0.0, 1.0
    return sparse.csr_matrix(columns), answers, np.ones(count), forum


def test_forum_rows_that_contradict_communities_are_left_out():
    """A forum row keeps its weight, doubled, only where a model of communities agrees with its label."""
    features, answers, weights, forum = _texts()
    wrong = forum & (np.arange(len(answers)) % 30 == 0)
    labels = answers ^ wrong
    kept = agreeing(features, labels, weights, forum)
    assert (kept[~forum] == 1.0).all()
    assert (kept[wrong & (features[:, [0]].toarray()[:, 0] > 0)] == 0.0).all()
    plain = forum & ~wrong & (features[:, [2]].toarray()[:, 0] == 0)
    assert (kept[plain] == 2.0).all()


def test_what_only_forums_know_is_heard_a_little():
    """A word that only forum rows hold gets a weight of the right sign, smaller than a word that all hold."""
    features, answers, weights, forum = _texts()
    model = fit_toxic(features, answers, weights, forum)
    assert 0.0 < model.weights[2] < model.weights[0]
    assert model.weights[1] < 0.0


def test_without_forums_the_recipe_still_learns():
    """No forum rows, or forum rows alone, are fitted as one community."""
    features, answers, weights, forum = _texts()
    for mask in (np.zeros_like(forum), np.ones_like(forum)):
        assert ((fit_toxic(features, answers, weights, mask).logits(features) > 0) == answers).all()


def test_scales_are_folded_into_the_weights():
    """Weights for unscaled features give the logits of the model that was fitted on scaled ones; signals get none."""
    features, answers, weights, forum = _texts()
    scales = np.array([1.0, 0.5, 0.3, 1.0])
    rows = np.arange(len(answers))
    scaled = Task("toxic", rows, answers, weights, rows % 4, False, forum, scales)
    model = fit_task(scaled, features, 1)
    direct = fit_toxic(features[:, :3] @ sparse.diags_array(scales[:3]), answers, weights, forum)
    assert np.allclose(model.logits(features), direct.logits(features[:, :3] @ sparse.diags_array(scales[:3])))
    assert model.weights[3] == 0.0
    part = fit_part(scaled, features, 1, rows % 4 != 0)
    held_out = out_of_fold(scaled, features, 1, rows, jobs=1)
    assert np.allclose(part.logits(features)[rows % 4 == 0], held_out[rows % 4 == 0])
