"""Stored texts judged once more: what another model or policy would have changed, and what people had said of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.clock import DAY
from app.domain.words import Reason, Verdict
from app.pipeline import replay
from app.pipeline.replay import Candidate, Past, Tally, take_all_again
from app.policy.binding import bind
from app.policy.rules import load_preset
from app.storage.tables import Comment, Decision, RevisionBody
from model.scorer import Scores
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.yard import Yard


class ManyWords(WordScorer):
    """Judges by other words than the model in use, many texts at a time."""

    def __init__(self, **heads: str) -> None:
        self._heads = heads

    def score_many(self, texts: list[str]) -> list[Scores]:
        """High for the category of each word that is there."""
        return [
            Scores(**{head: 0.97 if self._heads.get(head, "\0") in text else 0.01 for head in Scores._fields})
            for text in texts
        ]


@pytest.fixture
def yard(database_url: str, tmp_path: Path) -> Iterator[Yard]:
    """An installation on each engine."""
    made = Yard(database_url, tmp_path)
    yield made
    made.close()


def _replay(
    yard: Yard, scorer: ManyWords, *, pages: tuple[int, ...] | None = None, preset: str = "talmenka-414"
) -> Tally:
    policy = bind(load_preset(preset), FakeThresholds())
    now = yard.clock.now()
    shares: list[float] = []
    past, candidate = Past(now - DAY, now + 1, pages), Candidate(scorer, lambda _page: policy)
    tally = take_all_again(yard.house, past, candidate, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return tally


def _people(yard: Yard, decision_id: int, verdict: Verdict) -> None:
    """A person decides otherwise about the same words."""
    with yard.house.database.write() as session:
        old = session.get_one(Decision, decision_id)
        columns = old.model_dump() | {
            "id": yard.house.ids(),
            "verdict": str(verdict),
            "reasons_json": f'["{Reason.PERSON}"]',
            "decided_by": "person:Анна",
            "supersedes": old.id,
        }
        session.add(Decision(**columns))
        session.get_one(Comment, old.comment_id).decision_id = columns["id"]


def test_what_would_have_changed_is_counted_with_what_people_said(yard):
    """New and lost removals are counted, each with how many people had kept and removed."""
    lost = yard.comment("дебил, а не глава")
    kept = yard.comment("Спасибо за мост")
    taken = yard.comment("Опять этот мост")
    yard.comment("Просто погода")
    _people(yard, kept, Verdict.KEEP)
    _people(yard, taken, Verdict.REMOVE)
    tally = _replay(yard, ManyWords(insult="мост"))

    assert (tally.judged, tally.erased, tally.changed) == (4, 0, 3)
    assert (tally.removed_before, tally.removed_after) == (1, 2)
    assert (tally.people_kept, tally.people_removed) == (1, 1)
    assert (tally.newly_removed.decisions, tally.newly_removed.people_kept, tally.newly_removed.people_removed) == (
        2,
        1,
        1,
    )
    assert (tally.newly_removed.kept_examples, tally.newly_removed.examples) == ([kept], [taken])
    assert (tally.no_longer_removed.decisions, tally.no_longer_removed.examples) == (1, [lost])
    assert tally.moves == {("keep", "remove"): 2, ("remove", "keep"): 1}


def test_erased_words_are_counted_and_not_guessed(yard):
    """Of an erased text nothing is said but that it is erased."""
    decision = yard.comment("дебил")
    revision = next(row.revision_id for row in yard.rows(Decision) if row.id == decision)
    yard.change(RevisionBody, revision, text=None, erased_at=yard.clock.now())
    yard.comment("Погода")
    tally = _replay(yard, ManyWords(insult="дебил"))

    assert (tally.judged, tally.erased, tally.changed) == (1, 1, 0)


def test_the_facts_beside_the_words_are_those_of_then(yard):
    """A private message is never removed, and a protected appeal neither, whatever the new model thinks."""
    yard.comment("мост", private=True)
    yard.comment("мост яма")
    tally = _replay(yard, ManyWords(insult="мост", appeal="яма"))

    assert tally.removed_after == 0
    assert tally.moves == {("keep", "review"): 2}


def test_portions_end_where_the_next_begins(yard, monkeypatch):
    """However small the portions, every text of the chosen pages and time is judged once."""
    other = yard.add_page("229000002", "enforce")
    expected = {yard.comment(f"мост {number}") for number in range(7)}
    yard.comment("мост чужой", page="229000002")
    monkeypatch.setattr(replay, "PORTION", 2)
    tally = _replay(yard, ManyWords(insult="мост"), pages=(yard.page,))

    assert tally.judged == 7
    assert set(tally.newly_removed.examples) == expected
    assert _replay(yard, ManyWords(insult="мост")).judged == 8
    assert _replay(yard, ManyWords(insult="мост"), pages=(other,)).judged == 1
    assert _replay(yard, ManyWords(insult="мост"), pages=()).judged == 0


def test_a_decision_of_the_past_is_left_out(yard):
    """What was decided before the time that is asked about does not count."""
    yard.comment("мост старый")
    yard.clock.advance(3 * DAY)
    yard.comment("мост новый")

    assert _replay(yard, ManyWords(insult="мост")).judged == 1
