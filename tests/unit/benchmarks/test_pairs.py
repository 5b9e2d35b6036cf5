"""Ratios of the benchmarks: taken from neighbours, and only from a machine that was theirs."""

import pytest

from benchmarks.pairs import Turns, Window, take_turns


def _turns(a: list[tuple[float, float]], b: list[tuple[float, float]]) -> Turns:
    return Turns([Window({"rate": v}, foreign) for v, foreign in a], [Window({"rate": v}, foreign) for v, foreign in b])


def test_a_ratio_compares_with_both_neighbours() -> None:
    """B is divided by the mean of the A before it and the A after it, so that a drift of the machine cancels out."""
    turns = _turns([(100, 0), (200, 0), (300, 0), (400, 0)], [(75, 0), (125, 0), (175, 0)])

    summary = turns.summary("rate")

    assert summary["ratio"] == {"median": 0.5, "least": 0.5, "largest": 0.5}


def test_a_busy_machine_gets_no_ratio() -> None:
    """Fewer than three quiet pairs give no ratio, the unfiltered one stands beside it, and the load is told."""
    turns = _turns([(100, 0.9)] * 4, [(50, 0.8), (50, 0.8), (25, 0.8)])

    summary = turns.summary("rate")

    assert summary["ratio"] is None
    assert summary["quiet_pairs"] == 0
    assert summary["unfiltered_ratio"]["median"] == 0.5
    assert summary["foreign_cores"] == pytest.approx(0.9)


def test_one_loud_window_costs_the_pairs_it_touches() -> None:
    """A loud A spoils the pair before it and the pair after it, no other."""
    turns = _turns([(1, 0), (1, 0), (1, 1.5), (1, 0), (1, 0)], [(1, 0)] * 4)

    assert turns.quiet() == [0, 3]


def test_turns_end_at_the_limit() -> None:
    """However loud the machine is, no more than the allowed pairs are taken; A goes first and last."""
    order: list[str] = []

    def turn(name: str) -> dict[str, float]:
        order.append(name)
        return {"rate": 1.0}

    turns = take_turns(lambda: turn("a"), lambda: turn("b"), at_least=2, at_most=2)

    assert "".join(order) == "ababa"
    assert len(turns.a) == len(turns.b) + 1


@pytest.mark.parametrize(
    ("loud", "at_most", "pairs"),
    [(set(), 5, 3), ({0}, 5, 4), ({2}, 5, 5), ({3}, 5, 4), ({1}, 3, 1), ({2, 5}, 5, 3), (set(range(20)), 5, 3)],
)
def test_turns_end_when_a_ratio_is_there_or_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, loud: set[int], at_most: int, pairs: int
) -> None:
    """Three quiet pairs are enough; a machine that stays busy is left alone as soon as there cannot be three."""
    loads = iter([float(window in loud) for window in range(20)])

    class Told:
        def foreign(self) -> float:
            return next(loads)

    monkeypatch.setattr("benchmarks.pairs.Watch", Told)

    turns = take_turns(lambda: {"rate": 1.0}, lambda: {"rate": 1.0}, at_least=1, at_most=at_most)

    assert len(turns.b) == pairs
