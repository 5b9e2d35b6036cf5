"""One text before the policy: the order of questions and the numbers that are kept."""

import copy
import json
import math

import pytest

from app.domain.decisions import BanTerm, Clause, Facts, Ground, Judgement, Keep, PlannedAction, Remove, Review
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Mode, Reason
from app.policy.beginning import begin
from app.policy.binding import bind
from app.policy.decide import decide
from app.policy.rules import BanBy, load_preset
from tests.unit.policy.artefact import Artefact, Held, bound, everywhere, judged

POLICY = bound("novokuznetsk-59")


def kinds(ruling):
    return [action.kind for action in ruling.actions]


def test_a_text_below_every_threshold_stays():
    """An ordinary comment is kept without a reason, with the thresholds it was measured by."""
    ruling = decide(POLICY, judged(spam=0.59, insult=0.5), Facts())
    assert ruling == Keep(basis=POLICY.basis)


def test_a_score_that_equals_a_threshold_has_reached_it():
    """The promise counts a clean comment at the threshold as an error, so the ruling counts it as a removal."""
    assert isinstance(decide(POLICY, judged(insult=0.9), Facts()), Remove)
    assert isinstance(decide(POLICY, judged(insult=math.nextafter(0.9, 0)), Facts()), Review)
    assert isinstance(decide(POLICY, judged(insult=0.6), Facts()), Review)
    assert isinstance(decide(POLICY, judged(insult=math.nextafter(0.6, 0)), Facts()), Keep)


def test_a_threshold_of_one_can_be_reached():
    """A threshold without any room above it still rules."""
    policy = bind(load_preset("novokuznetsk-59"), Artefact(promises={"1/1000": Held(everywhere(1.0))}))
    assert isinstance(decide(policy, judged(insult=1.0), Facts()), Remove)
    assert isinstance(decide(policy, judged(insult=0.999), Facts()), Review)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(has_text=False), Keep((Reason.NO_TEXT,))),
        (Facts(has_text=False, only_links=True), Keep((Reason.NO_TEXT,))),
        (Facts(has_text=False, first_time_author=True), Keep((Reason.NO_TEXT,))),
        (Facts(has_text=False, only_links=True, first_time_author=True), Review((Reason.FIRST_LINK,))),
    ],
)
@pytest.mark.parametrize("judgement", [judged(insult=0.99), Judgement(None, failure="scorer_raised")])
def test_without_words_nothing_is_judged(facts, expected, judgement):
    """No text is kept whatever the model says, but a stranger's bare link is shown to a person."""
    ruling = decide(POLICY, judgement, facts)
    assert (ruling.verdict, ruling.reasons) == (expected.verdict, expected.reasons)


def test_a_strangers_bare_link_with_a_judged_address_is_looked_at():
    """A link whose address the model finds harmless is still a stranger's; an advert's address still goes."""
    facts = Facts(only_links=True, first_time_author=True)
    assert decide(POLICY, judged(), facts).reasons == (Reason.FIRST_LINK,)
    assert isinstance(decide(POLICY, judged(spam=0.99), facts), Remove)


@pytest.mark.parametrize(
    ("judgement", "failure"),
    [
        (Judgement(None, failure="scorer_raised"), "scorer_raised"),
        (Judgement(None), "no_scores"),
        (judged(insult=math.nan), "score_insult"),
        (judged(spam=math.inf, insult=0.99), "score_spam"),
        (judged(threat=-0.01), "score_threat"),
        (judged(obscenity=1.01), "score_obscenity"),
        (judged(insult=0.99, appeal=math.nan), "score_appeal"),
    ],
)
def test_a_failed_judgement_goes_to_a_person(judgement, failure):
    """Neither kept in silence nor removed, and the reason is stored as a code that JSON can hold."""
    ruling = decide(POLICY, judgement, Facts())
    assert isinstance(ruling, Review)
    assert ruling.reasons == (Reason.INDETERMINATE,)
    assert ruling.uncertainty == 1
    assert json.loads(json.dumps(ruling.basis, allow_nan=False))["failure"] == failure


def test_an_appeal_is_protected_however_rude():
    """From the appeal threshold on nothing is removed and nobody banned; the grounds stay visible."""
    rude = Facts(offences=3)
    ruling = decide(POLICY, judged(insult=0.99, obscenity=0.95, appeal=0.5), rude)
    assert isinstance(ruling, Review)
    assert ruling.reasons == (Reason.PROTECTED_APPEAL,)
    assert ruling.categories == (Category.INSULT, Category.OBSCENITY)
    assert begin(ruling, Mode.ENFORCE, ban_by=BanBy.MACHINE) == ()
    assert isinstance(decide(POLICY, judged(insult=0.99, appeal=0.49), rude), Remove)


def test_a_private_appeal_gives_both_reasons():
    """A person sees that it is an appeal and that it is private."""
    ruling = decide(POLICY, judged(insult=0.99, appeal=0.9), Facts(private=True))
    assert ruling.reasons == (Reason.PROTECTED_APPEAL, Reason.PRIVATE_MESSAGE)


def test_the_strongest_ground_leads():
    """Grounds are ordered by how little doubt is left against their own threshold, and the first one gives the ban."""
    artefact = Artefact(promises={"1/1000": Held({**everywhere(0.9), "obscenity": 0.5})})
    ruling = decide(bind(load_preset("novokuznetsk-59"), artefact), judged(spam=0.95, obscenity=0.9), Facts())
    assert isinstance(ruling, Remove)
    assert [(ground.category, ground.score, ground.threshold) for ground in ruling.grounds] == [
        (Category.OBSCENITY, 0.9, 0.5),
        (Category.SPAM, 0.95, 0.9),
    ]
    assert [action.category for action in ruling.actions] == [Category.OBSCENITY, Category.OBSCENITY]
    assert ruling.actions[1].ban == BanTerm(1, 86_400)


@pytest.mark.parametrize("facts", [Facts(bannable=False), Facts(ban_running=True)])
def test_an_author_who_may_not_be_touched_is_not_banned(facts):
    """Managers, trusted authors and those with a ban for this very offence lose the text only."""
    ruling = decide(POLICY, judged(insult=0.99), facts)
    assert kinds(ruling) == [ActionKind.DELETE_COMMENT]
    assert kinds(decide(POLICY, judged(insult=0.99), Facts())) == [ActionKind.DELETE_COMMENT, ActionKind.BAN_AUTHOR]


def test_the_numbers_used_are_kept():
    """The basis holds promise, sample, thresholds and what is remarkable about the text, as JSON."""
    ruling = decide(POLICY, judged(insult=0.99), Facts(offences=2, first_time_author=True))
    assert json.loads(json.dumps(ruling.basis)) == {
        "promises": {"1/1000": {"n": 3000, "errors": 0}},
        "remove": {"spam": 0.9, "insult": 0.9, "obscenity": 0.9},
        "review_share": "0.03",
        "review": everywhere(0.6),
        "appeal": 0.5,
        "facts": {"first_time_author": True, "offences": 2},
        "ladder": {"offences": 2, "warnings": 0, "terms": "proposal"},
    }


def test_doubt_orders_the_queue():
    """A score in the middle is the most uncertain, one near 1 the least."""
    doubts = [decide(POLICY, judged(threat=score), Facts()).uncertainty for score in (0.61, 0.75, 0.99)]
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] == pytest.approx(0.02)


def test_an_office_may_let_the_machine_ban_for_a_week():
    """With `ban_by = machine` a dated ban of a week goes out alone; a longer one and one for ever wait."""
    clause = Clause("Постановление", "п. 1")
    ground = Ground(Category.INSULT, clause, 0.99, 0.9)
    week = 7 * 86_400
    for seconds, expected in (
        (week, ActionState.PENDING),
        (week + 1, ActionState.PROPOSED),
        (None, ActionState.PROPOSED),
    ):
        ban = PlannedAction(ActionKind.BAN_AUTHOR, clause, Category.INSULT, BanTerm(1, seconds))
        ruling = Remove(ground, actions=(ban,))
        assert begin(ruling, Mode.ENFORCE, ban_by=BanBy.MACHINE) == ((ban, expected),)
        assert begin(ruling, Mode.REVIEW, ban_by=BanBy.MACHINE) == ((ban, ActionState.PROPOSED),)


def test_a_bound_policy_travels_to_other_processes():
    """Bulk judging hands the policy to worker processes, where it rules the same."""
    there = copy.deepcopy(POLICY)  # asks every value the same question as pickling does
    assert decide(there, judged(insult=0.99), Facts()) == decide(POLICY, judged(insult=0.99), Facts())
