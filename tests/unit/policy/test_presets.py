"""Every preset × category × mode: what the acts allow, and nothing beyond it."""

from datetime import date
from itertools import product

import pytest

from app.domain.decisions import Facts, Remove, Review
from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Mode, Reason
from app.policy.beginning import begin, opens_case
from app.policy.decide import decide
from app.policy.rules import BanBy, TermSource, allowed_mode, live_mode, load_preset, preset_names
from tests.unit.policy.artefact import bound, judged

NAMES = ("default", "kozhevnikovo-650", "novokuznetsk-59", "talmenka-414")
EVERY = [pytest.param(*row, id="-".join(map(str, row))) for row in product(NAMES, Category, Mode)]
DAY = 86_400
REPEATED = Facts(offences=3)


def certain(category):
    return judged(**{category: 0.99})


def test_four_presets_come_with_the_product():
    """The three acts and the sample are there, and each is named as its file is."""
    assert preset_names() == NAMES
    assert [load_preset(name).name for name in NAMES] == list(NAMES)


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_threat_is_removed_only_where_the_act_names_aggression(name, category, mode):
    """Everything certain is removed, but a threat outside Kozhevnikovo goes to a person."""
    ruling = decide(bound(name), certain(category), Facts())
    if category is Category.THREAT and name != "kozhevnikovo-650":
        assert isinstance(ruling, Review)
        assert ruling.reasons == (Reason.SCORE_OVER_REVIEW,)
        assert ruling.categories == (Category.THREAT,)
        assert begin(ruling, mode, ban_by=BanBy.PERSON) == ()
    else:
        assert isinstance(ruling, Remove)
        assert ruling.first.category is category


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_nothing_leaves_a_live_page_under_the_sample(name, category, mode):
    """In the mode that a page really runs in, only the acts' presets begin an action as pending."""
    policy = bound(name)
    ruling = decide(policy, certain(category), REPEATED)
    real = live_mode(policy.policy, mode)
    states = {state for _, state in begin(ruling, real, ban_by=policy.policy.ban_by)}
    if name == "default":
        assert real is not Mode.ENFORCE
        assert states <= {ActionState.SHADOW, ActionState.PROPOSED}
    else:
        assert real is mode
        assert (ActionState.PENDING in states) == (mode is Mode.ENFORCE and isinstance(ruling, Remove))


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_no_private_message_is_removed(name, category, mode):
    """A private message goes to a person, and no action is even proposed."""
    ruling = decide(bound(name), certain(category), Facts(private=True, offences=3))
    assert isinstance(ruling, Review)
    assert begin(ruling, mode, ban_by=BanBy.MACHINE) == ()
    if load_preset(name).categories[category]:
        assert ruling.reasons == (Reason.PRIVATE_MESSAGE,)
        assert [ground.category for ground in ruling.grounds] == [category]


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_no_ban_without_a_person(name, category, mode):
    """In every preset a ban begins as a proposal or in the shadow, never on its way."""
    policy = bound(name)
    assert policy.policy.ban_by is BanBy.PERSON
    ruling = decide(policy, certain(category), REPEATED)
    planned = begin(ruling, mode, ban_by=policy.policy.ban_by)
    bans = [state for action, state in planned if action.kind is ActionKind.BAN_AUTHOR]
    expected = ActionState.SHADOW if mode is Mode.SHADOW else ActionState.PROPOSED
    banning = name in {"novokuznetsk-59", "talmenka-414"} and category is not Category.THREAT
    assert bans == ([expected] if banning else [])


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_every_removal_and_action_has_a_clause(name, category, mode):
    """What goes names a place in the preset's own act, and so does each action."""
    policy = bound(name)
    ruling = decide(policy, certain(category), REPEATED)
    if not isinstance(ruling, Remove):
        assert category is Category.THREAT
        return
    cited = str(policy.policy.act or "правила страницы (образец)")
    assert all(ground.clause.act == cited and "п. " in ground.clause.clause for ground in ruling.grounds)
    assert all(action.clause.act == cited for action, _ in begin(ruling, mode, ban_by=BanBy.PERSON))


@pytest.mark.parametrize(("name", "category", "mode"), EVERY)
def test_a_case_opens_where_a_person_is_needed(name, category, mode):
    """Shadow asks nobody, review mode asks about every finding, enforce only about what the machine may not do."""
    ruling = decide(bound(name), certain(category), Facts())
    assert (
        opens_case(ruling, mode)
        == {
            Mode.SHADOW: False,
            Mode.REVIEW: True,
            Mode.ENFORCE: isinstance(ruling, Review),
        }[mode]
    )
    assert not opens_case(decide(bound(name), judged(), Facts()), mode)


@pytest.mark.parametrize(
    ("name", "cited", "when"),
    [
        ("novokuznetsk-59", "п. 2.5 Порядка, Постановление администрации Новокузнецкого муниципального района от 16.03.2020 № 59", date(2020, 3, 16)),
        ("talmenka-414", "п. 10 Порядка, Постановление Администрации Тальменского района от 23.05.2023 № 414", date(2023, 5, 23)),
        ("kozhevnikovo-650", "п. 11 Порядка, Постановление Администрации Кожевниковского района от 30.11.2022 № 650", date(2022, 11, 30)),
    ],
)  # fmt: skip
def test_clauses_are_cited_as_the_acts_are_published(name, cited, when):
    """A clause reads as a lawyer would write it: place, body, date, number."""
    policy = load_preset(name)
    assert policy.act is not None
    assert policy.act.date == when
    assert {str(rule.clause) for rule in policy.categories.values() if rule} == {cited}


@pytest.mark.parametrize(
    ("name", "category", "days"),
    [
        ("novokuznetsk-59", Category.SPAM, [7, 30, 365, 365]),
        ("novokuznetsk-59", Category.INSULT, [1, 3, 7, 30, 30]),
        ("novokuznetsk-59", Category.OBSCENITY, [1, 3, 7, 30]),
        ("talmenka-414", Category.SPAM, [None, 3, 30, 365, 365]),
        ("talmenka-414", Category.INSULT, [None, 1, 3, 7, 30]),
        ("talmenka-414", Category.OBSCENITY, [None, 1, 3, 7, 7]),
        ("kozhevnikovo-650", Category.INSULT, [None, None, None]),
        ("default", Category.SPAM, [None, None]),
    ],
)
def test_terms_climb_with_the_offences(name, category, days):
    """Novokuznetsk bans from the first offence, Talmenka warns first, Kozhevnikovo and the sample never ban."""
    terms = []
    for offences in range(len(days)):
        ruling = decide(bound(name), certain(category), Facts(offences=offences))
        bans = [action.ban for action in ruling.actions if action.kind is ActionKind.BAN_AUTHOR]
        terms.append(bans[0].seconds // DAY if bans else None)
    assert terms == days


def test_terms_that_no_act_names_say_so():
    """The presets' terms are proposals, and a decision that used them stores that."""
    assert {rules.source for name in NAMES if (rules := load_preset(name).bans)} == {TermSource.PROPOSAL}
    ruling = decide(bound("talmenka-414"), certain("insult"), Facts(offences=1))
    assert ruling.basis["ladder"] == {"offences": 1, "warnings": 1, "terms": "proposal"}


def test_the_sample_refuses_to_enforce():
    """The refusal says which policy, why, and what is possible."""
    with pytest.raises(InvalidInputError) as caught:
        allowed_mode(load_preset("default"), Mode.ENFORCE)
    assert caught.value.where == "mode"
    assert str(caught.value) == (
        "mode: правила default не допускают режим enforce: за ними нет опубликованного акта; ожидается один из режимов: shadow, review"
    )
    for mode in (Mode.SHADOW, Mode.REVIEW):
        allowed_mode(load_preset("default"), mode)
    for name, mode in product(NAMES[1:], Mode):
        allowed_mode(load_preset(name), mode)


def test_an_unknown_preset_is_refused_by_name():
    """The refusal lists the presets; a path is no name."""
    with pytest.raises(NotFoundError, match="есть: default, kozhevnikovo-650, novokuznetsk-59, talmenka-414"):
        load_preset("../default")
