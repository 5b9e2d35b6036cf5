"""Copies of a text before the policy: what they may do, with which score, in which mode, and what they never do."""

import itertools
import json

import pytest

from app.domain.decisions import Context, Facts, Remove, Review
from app.domain.errors import PolicyError
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Mode, Reason, Verdict
from app.policy.beginning import begin, opens_case
from app.policy.binding import bind
from app.policy.copies import CopyRules
from app.policy.decide import decide
from app.policy.rules import BanBy, load_preset, parse, preset_names
from tests.unit.policy.artefact import Artefact, bound, judged

POLICY = bound("novokuznetsk-59")
SCORES = {"clean": 0.1, "doubtful": 0.7, "certain": 0.95}
#: Copies by what they are under the presets' numbers.
COPIES = {
    "none": Context(),
    "few": Context(texts=2, authors=2, own_texts=1, own_places=1, authors_everywhere=2, pages=1),
    "own under one post": Context(texts=9, authors=1, own_texts=9, own_places=1, authors_everywhere=1, pages=1),
    "own mailing": Context(texts=3, authors=1, own_texts=3, own_places=2, authors_everywhere=1, pages=1),
    "own on ten pages": Context(texts=1, authors=1, own_texts=10, own_places=10, authors_everywhere=1, pages=10),
    "contact": Context(texts=3, authors=3, own_texts=1, own_places=1, authors_everywhere=3, pages=1, contact=True),
    "contact of two": Context(
        texts=2, authors=2, own_texts=1, own_places=1, authors_everywhere=2, pages=1, contact=True
    ),
    "residents": Context(texts=100, authors=100, own_texts=1, own_places=1, authors_everywhere=100, pages=1),
    "residents elsewhere": Context(texts=4, authors=4, own_texts=1, own_places=1, authors_everywhere=90, pages=50),
}
MAILINGS = {"own mailing", "own on ten pages", "contact"}
REPEATS = MAILINGS | {"own under one post"}
CAMPAIGNS = {"residents"}


@pytest.mark.parametrize(
    ("score", "is_appeal", "private", "copies", "mode"),
    list(itertools.product(SCORES, (False, True), (False, True), COPIES, Mode)),
)
def test_every_combination(score, is_appeal, private, copies, mode):
    """Copies raise `keep` to `review`; they remove only what is probably spam, no appeal and public, as a mailing."""
    facts = Facts(private=private, context=COPIES[copies])
    ruling = decide(POLICY, judged(spam=SCORES[score], appeal=0.9 if is_appeal else 0.1), facts)

    protected = is_appeal or private
    reason = _reason(copies, is_appeal=is_appeal)
    if score == "certain":
        expected = (Verdict.REVIEW if protected else Verdict.REMOVE, None)
    elif score == "doubtful" and copies in MAILINGS and not protected:
        expected = Verdict.REMOVE, (Reason.SCORE_OVER_REVIEW, Reason.REPEAT)
    elif score == "doubtful":
        expected = Verdict.REVIEW, (Reason.SCORE_OVER_REVIEW, *reason)
    else:
        expected = (Verdict.REVIEW, reason) if reason else (Verdict.KEEP, ())
    assert (ruling.verdict, expected[1] if expected[1] is None else ruling.reasons) == expected
    assert opens_case(ruling, mode) is (
        mode is not Mode.SHADOW
        and (ruling.verdict is Verdict.REVIEW or (ruling.verdict is Verdict.REMOVE and mode is Mode.REVIEW))
    )


def _reason(copies, *, is_appeal):
    if copies in REPEATS:
        return (Reason.CAMPAIGN,) if is_appeal else (Reason.REPEAT,)
    return (Reason.CAMPAIGN,) if copies in CAMPAIGNS else ()


@pytest.mark.parametrize("copies", COPIES)
@pytest.mark.parametrize("category", [c for c in Category if c is not Category.SPAM])
def test_only_spam_becomes_a_mailing(category, copies):
    """What is perhaps rude is looked at, however often it is written."""
    ruling = decide(POLICY, judged(**{category: 0.7}), Facts(context=COPIES[copies]))
    assert ruling.verdict is Verdict.REVIEW


def test_a_mailing_goes_by_the_clause_for_spam():
    """The ground names the clause, the score and the weaker threshold; text and counts stand in the basis."""
    ruling = decide(POLICY, judged(spam=0.7), Facts(context=COPIES["own mailing"]))
    assert isinstance(ruling, Remove)
    assert (ruling.first.category, ruling.first.score, ruling.first.threshold) == (Category.SPAM, 0.7, 0.6)
    assert "п. 2.5" in str(ruling.first.clause)
    stored = json.loads(json.dumps(ruling.basis))
    assert stored["context"]["own_texts"] == 3
    assert stored["copies"] == CopyRules().numbers()
    assert "facts" not in stored
    assert stored["ladder"]["offences"] == 0


def test_a_mailing_bans_nobody_without_a_person():
    """Also where the office lets the machine ban: its permission rests on scores that keep the promise."""
    ruling = decide(POLICY, judged(spam=0.7), Facts(context=COPIES["own mailing"]))
    for by in BanBy:
        begun = {action.kind: state for action, state in begin(ruling, Mode.ENFORCE, ban_by=by)}
        assert begun == {ActionKind.DELETE_COMMENT: ActionState.PENDING, ActionKind.BAN_AUTHOR: ActionState.PROPOSED}


def test_without_a_right_for_spam_nothing_is_removed():
    """A policy that gives no right to remove spam shows a mailing to a person."""
    source = load_preset("kozhevnikovo-650").source
    spam = '[categories.spam]\nclause = "п. 11 Порядка"\npromise = "1/1000"\nactions = ["delete_comment"]'
    assert spam in source
    policy = bind(parse(source.replace(spam, "[categories.spam]\nactions = []"), file="x.toml"), Artefact())
    ruling = decide(policy, judged(spam=0.7), Facts(context=COPIES["own mailing"]))
    assert isinstance(ruling, Review)
    assert ruling.reasons == (Reason.SCORE_OVER_REVIEW, Reason.REPEAT)


def test_a_failed_judgement_stays_indeterminate():
    """Copies say nothing about what nobody could read."""
    ruling = decide(POLICY, judged(spam=2.0), Facts(context=COPIES["own mailing"]))
    assert ruling.reasons == (Reason.INDETERMINATE,)


@pytest.mark.parametrize("name", preset_names())
def test_the_presets_state_the_usual_numbers(name):
    """An office sees in the file what holds if it changes nothing."""
    assert load_preset(name).copies == CopyRules()
    assert "[copies]" in load_preset(name).source


def _with(table):
    source = load_preset("novokuznetsk-59").source
    start = source.index("[copies]")
    return source[:start] + table + "\n" + source[source.index("[categories.spam]") :]


def test_an_office_changes_one_number():
    """What the table leaves out, or the table itself, has the usual value."""
    assert parse(_with("[copies]\ncampaign_authors = 20"), file="x.toml").copies == CopyRules(campaign_authors=20)
    assert parse(_with(""), file="x.toml").copies == CopyRules()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hours = 0", "copies.hours: ожидается целое число от 1 до 72, найдено 0"),
        ("hours = 73", "copies.hours: ожидается целое число от 1 до 72, найдено 73"),
        ('own_texts = "3"', "copies.own_texts: ожидается целое число от 2 до 20"),
        ("own_texts = 1", "copies.own_texts: ожидается целое число от 2 до 20, найдено 1"),
        ("contact_authors = true", "copies.contact_authors: ожидается целое число от 2 до 50, найдено true"),
        ("campaign_authors = 51", "copies.campaign_authors: ожидается целое число от 2 до 50, найдено 51"),
        ("own_places = 4", "copies.own_places: ожидается число не больше own_texts (3)"),
        ("authors = 4", "copies.authors: ожидается один из ключей"),
    ],
)
def test_a_number_out_of_its_bounds_is_refused(line, message):
    """The error names the file, the key and what was expected."""
    with pytest.raises(PolicyError) as refused:
        parse(_with(f"[copies]\n{line}"), file="x.toml")
    assert str(refused.value).startswith(f"x.toml: {message}")
