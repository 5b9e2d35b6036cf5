"""Agreement of machine and person is measured beyond chance."""

import pytest

from app.review.agreement import Agreement


def test_kappa_is_cohens() -> None:
    """The textbook's table (20, 5, 10, 15) has 70 % of agreement and a kappa of 0.4."""
    both = Agreement(20, 5, 10, 15)

    assert both.share == pytest.approx(0.7)
    assert both.kappa == pytest.approx(0.4)


def test_kappa_knows_its_ends() -> None:
    """Always the same is 1, always the opposite is -1, no texts and one answer for all say nothing."""
    assert Agreement(5, 0, 0, 5).kappa == pytest.approx(1)
    assert Agreement(0, 5, 5, 0).kappa == pytest.approx(-1)
    assert Agreement().kappa is None
    assert Agreement().share is None
    assert Agreement(keep_keep=9).kappa is None
    assert Agreement(keep_keep=9).share == 1
