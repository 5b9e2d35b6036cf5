"""What holds for every score, whatever the policy: total, steady, never milder, never a ban by the machine alone."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import DAY
from app.domain.decisions import NO_CONTEXT, Context, Facts, Judgement, Remove
from app.domain.states import ActionState
from app.domain.words import ActionKind, Category, Mode, Reason, Verdict
from app.policy.beginning import begin, opens_case
from app.policy.binding import bind
from app.policy.decide import decide, verdict_on_words
from app.policy.ladder import History, PastBan, StandingRemoval, standing
from app.policy.rules import BanBy, load_preset, preset_names
from model.scorer import Scores
from tests.unit.policy.artefact import Artefact, Held

PRESETS = {name: load_preset(name) for name in preset_names()}
SEVERITY = {Verdict.KEEP: 0, Verdict.REVIEW: 1, Verdict.REMOVE: 2}
HEADS = [*map(str, Category), "appeal"]

probability = st.floats(0, 1)
number = st.floats(allow_nan=True, allow_infinity=True)
thresholds = st.fixed_dictionaries({str(category): probability for category in Category})
flag = st.booleans()
count = st.integers(0, 128)
contexts = st.builds(
    Context,
    texts=count,
    authors=count,
    own_texts=count,
    own_places=count,
    authors_everywhere=count,
    pages=count,
    contact=flag,
    near=flag,
)
facts = st.builds(
    Facts,
    has_text=flag,
    only_links=flag,
    first_time_author=flag,
    private=flag,
    offences=st.integers(0, 20),
    bannable=flag,
    ban_running=flag,
    context=contexts,
)
right_scores = st.fixed_dictionaries(dict.fromkeys(HEADS, probability))
any_scores = st.fixed_dictionaries(dict.fromkeys(HEADS, number))


@st.composite
def policies(draw):
    """A preset bound to an artefact with any thresholds at all."""
    held = {"1/1000": Held(draw(thresholds))}
    artefact = Artefact(promises=held, review={"0.03": draw(thresholds)}, appeal=draw(probability))
    return bind(PRESETS[draw(st.sampled_from(sorted(PRESETS)))], artefact)


@given(policies(), st.data())
def test_words_alone_have_the_verdict_of_the_whole_ruling(policy, data):
    """What is compared to find a change is what would be ruled, for all scores, those on a threshold and no numbers."""
    edges = [
        policy.appeal,
        *(one.review for one in policy.categories),
        *(one.remove or 1.0 for one in policy.categories),
    ]
    near = st.one_of(st.sampled_from(edges), number, probability)
    scores = Scores(**data.draw(st.fixed_dictionaries(dict.fromkeys(HEADS, near))))
    assert verdict_on_words(policy, scores) is decide(policy, Judgement(scores), Facts()).verdict


@given(policies(), right_scores, facts, st.sampled_from(HEADS[:-1]), probability)
def test_a_higher_score_is_never_milder(policy, scores, known, head, higher):
    """Raising one category's score while the appeal stays never softens the verdict."""
    before = decide(policy, Judgement(Scores(**scores)), known)
    raised = {**scores, head: max(scores[head], higher)}
    after = decide(policy, Judgement(Scores(**raised)), known)
    assert SEVERITY[after.verdict] >= SEVERITY[before.verdict]


@given(policies(), right_scores, facts, probability)
def test_a_higher_appeal_never_harms(policy, scores, known, higher):
    """Raising the appeal alone never makes the verdict harder."""
    before = decide(policy, Judgement(Scores(**scores)), known)
    after = decide(policy, Judgement(Scores(**{**scores, "appeal": max(scores["appeal"], higher)})), known)
    assert SEVERITY[after.verdict] <= SEVERITY[before.verdict]


@given(policies(), any_scores | right_scores, facts)
def test_any_scores_give_one_steady_answer(policy, scores, known):
    """NaN, infinity and numbers out of range too give a verdict, twice the same, with a basis that JSON can hold."""
    judgement = Judgement(Scores(**scores))
    ruling = decide(policy, judgement, known)
    assert ruling.verdict in SEVERITY
    assert ruling == decide(policy, judgement, known)
    json.dumps(ruling.basis, allow_nan=False)
    if any(not 0 <= value <= 1 for value in scores.values()) and known.has_text:
        assert ruling.verdict is Verdict.REVIEW


@given(policies(), right_scores, facts, st.sampled_from(Mode), st.sampled_from(BanBy))
def test_a_ban_goes_out_only_on_somebodys_word(policy, scores, known, mode, ban_by):
    """No ban is pending under `person`; the machine's own are dated and a week at the most; each action has a clause."""
    ruling = decide(policy, Judgement(Scores(**scores)), known)
    planned = begin(ruling, mode, ban_by=ban_by)
    for action, state in planned:
        assert action.clause.clause
        if action.kind is ActionKind.BAN_AUTHOR and state is ActionState.PENDING:
            assert ban_by is BanBy.MACHINE
            assert action.ban.seconds <= 7 * 86_400
        assert mode is not Mode.SHADOW or state is ActionState.SHADOW
    assert bool(planned) == isinstance(ruling, Remove)
    assert not (opens_case(ruling, mode) and mode is Mode.SHADOW)


@given(policies(), right_scores, facts)
def test_a_removal_is_public_certain_and_no_appeal(policy, scores, known):
    """Every removal is of a public text with a ground at its threshold or over it and an appeal below its own."""
    ruling = decide(policy, Judgement(Scores(**scores)), known)
    if isinstance(ruling, Remove):
        assert known.has_text
        assert not known.private
        assert scores["appeal"] < policy.appeal
        assert all(ground.score >= ground.threshold for ground in ruling.grounds)
        assert all(policy.policy.categories[ground.category] for ground in ruling.grounds)


@given(policies(), right_scores, facts)
def test_copies_never_soften_and_never_remove_alone(policy, scores, known):
    """Without its copies a text fares no worse; one that copies remove is over the review threshold for spam."""
    with_copies = decide(policy, Judgement(Scores(**scores)), known)
    alone = decide(policy, Judgement(Scores(**scores)), replace(known, context=NO_CONTEXT))
    assert SEVERITY[with_copies.verdict] >= SEVERITY[alone.verdict]
    if isinstance(with_copies, Remove) and not isinstance(alone, Remove):
        assert with_copies.reasons == (Reason.SCORE_OVER_REVIEW, Reason.REPEAT)
        assert [ground.category for ground in with_copies.grounds] == [Category.SPAM]
        assert alone.verdict is Verdict.REVIEW


instant = st.integers(0, 200).map(lambda days: days * DAY // 2)
removals = st.lists(st.builds(StandingRemoval, instant, instant), max_size=8)
bans = st.lists(st.builds(PastBan, st.none() | instant, st.sampled_from(ActionState)), max_size=5)


@given(removals, bans, instant, st.integers(0, 3), st.randoms(use_true_random=False))
def test_offences_are_never_more_than_removals(done, past, written, warnings, random):
    """However rows are ordered, offences are bounded by removals and by what ended them; reversing one never adds."""
    rules = _rules(warnings)
    now = 100 * DAY
    before = standing(History(done, past), rules, written_at=written, now=now)
    assert before.offences <= len(done)
    assert before.offences <= len([ban for ban in past if ban.effective_at is not None]) + warnings
    random.shuffle(done)
    random.shuffle(past)
    assert standing(History(done, past), rules, written_at=written, now=now) == before
    if done and warnings == 0:
        assert standing(History(done[1:], past), rules, written_at=written, now=now).offences <= before.offences


def _rules(warnings):
    return replace(PRESETS["talmenka-414"].bans, warnings=warnings)
