"""What policies say of answers and publications, and how a slip in it is refused."""

import pytest

from app.domain.errors import PolicyError
from app.domain.words import Office
from app.policy.duties import AnswerRules, Force
from app.policy.rules import load_preset, parse, preset_names

SAMPLE = load_preset("default").source


def with_section(text):
    """The sample with another section."""
    kept = SAMPLE.split("[answers]")[0] + SAMPLE[SAMPLE.index("# Норма публикаций") :]
    return parse(f"{kept}\n{text}\n", file="правила.toml")


def test_every_preset_gives_the_same_term_as_advice_of_the_product():
    """No act names a term: nine working hours, and no paper behind them."""
    assert {load_preset(name).answers for name in preset_names()} == {AnswerRules(hours=9, warn_hours=2, order="")}


@pytest.mark.parametrize(
    ("name", "force", "weekly"),
    [
        ("novokuznetsk-59", Force.ADVICE, {Office.HEAD: 7, Office.ADMINISTRATION: 7}),
        ("talmenka-414", Force.ADVICE, {Office.ADMINISTRATION: 10, Office.SETTLEMENT: 5, Office.INSTITUTION: 5}),
        ("kozhevnikovo-650", Force.NORM, {Office.HEAD: 5, Office.ADMINISTRATION: 5, Office.INSTITUTION: 1}),
    ],
)
def test_the_acts_norms_of_publications_by_kind_of_page(name, force, weekly):
    """A kind that the act does not name has no norm; what the act only advises is called advice."""
    norm = load_preset(name).norm
    assert norm is not None
    assert (norm.force, norm.weekly, norm.media) == (force, weekly, False)


def test_an_office_may_set_a_norm_that_counts_posts_with_a_picture_only():
    """An act without a preset: three a week with photo or video."""
    norm = with_section('[norm]\nforce = "norm"\nclause = "п. 2.2"\nmedia = true\nadministration = 3').norm
    assert (norm.media, norm.weekly, str(norm.clause)) == (
        True,
        {Office.ADMINISTRATION: 3},
        "п. 2.2, правила страницы (образец)",
    )


def test_a_policy_without_these_sections_keeps_the_usual_term_and_has_no_norm():
    """Policies that offices wrote earlier still hold."""
    policy = with_section("")
    assert policy.answers == AnswerRules()
    assert policy.norm is None


def test_the_term_and_its_paper_are_the_office_s():
    """A shorter term than the usual warning warns at once."""
    assert with_section('[answers]\nhours = 1\norder = "распоряжение от 01.02.2026 № 5"').answers == AnswerRules(
        1, 1, "распоряжение от 01.02.2026 № 5"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[answers]\nhours = 0", "answers.hours"),
        ("[answers]\nhours = 9\nwarn_hours = 10", "answers.warn_hours"),
        ("[answers]\nwarn_hours = 2", "answers.hours"),
        ("[answers]\nhours = 9\nterm = 3", "answers.term"),
        ('[norm]\nforce = "norm"', "norm"),
        ('[norm]\nforce = "must"\nhead = 1', "norm.force"),
        ('[norm]\nforce = "norm"\nhead = 0', "norm.head"),
        ('[norm]\nforce = "norm"\nhead = 1\nmedia = "да"', "norm.media"),
        ('[norm]\nforce = "norm"\nschool = 1', "norm"),
    ],
)
def test_a_slip_is_refused_with_its_place(text, told):
    """The message names file and key."""
    with pytest.raises(PolicyError, match=rf"^правила\.toml: {told}: ожидается"):
        with_section(text)
