"""Small counts of a public report can be read nowhere and computed from nothing."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from app.pipeline.reports.outline import ADDED_UP, OUTLINE, UNSEEN
from app.pipeline.reports.periods import parse_period
from app.pipeline.reports.report import make, sums_of, whole
from app.pipeline.reports.suppression import LEAST, Sum, hide, possible
from app.pipeline.reports.tally import Tally

_small = st.integers(0, 12)
SUMS = (
    Sum("total", ("a", "b", "c")),
    Sum("total", ("x", "y")),
    Sum("a", ("a1", "a2", "a3")),
)
LEAVES = ("b", "c", "x", "a1", "a2", "a3")


def _consistent(numbers: dict[str, int]) -> dict[str, int] | None:
    counts = dict(numbers)
    counts["a"] = counts["a1"] + counts["a2"] + counts["a3"]
    counts["total"] = counts["a"] + counts["b"] + counts["c"]
    counts["y"] = counts["total"] - counts["x"]
    return counts if counts["y"] >= 0 else None


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(LEAVES, _small)))
def test_every_small_count_could_be_another_one(numbers: dict[str, int]) -> None:
    """For each small count there are whole tables, the same in all that is shown, in which it is another number."""
    counts = _consistent(numbers)
    if counts is None:
        return
    hidden = hide(counts, SUMS)
    small = {name for name, count in counts.items() if count < LEAST}

    assert small <= hidden
    if not small:
        assert hidden == frozenset()
    shown = {name: count for name, count in counts.items() if name not in hidden}
    seen: dict[str, set[int]] = {name: set() for name in small}
    free = [leaf for leaf in LEAVES if leaf not in shown]
    for values in itertools.product(range(0, 18, 1), repeat=min(len(free), 3)):
        guess = {leaf: counts[leaf] for leaf in LEAVES} | dict(zip(free, values, strict=False))
        table = _consistent(guess)
        if table is not None and all(table[name] == count for name, count in shown.items()):
            for name in small:
                seen[name].add(table[name])
    if len(free) <= 3:
        assert all(len(found) > 1 for found in seen.values()), (counts, hidden)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_public_report_tells_no_small_count(data: st.DataObject) -> None:
    """Whatever was counted: no count under five stands in a public report, and bounds on none are narrower than that."""
    period = parse_period("2026-W47")
    keys = [row.key for part in OUTLINE for row in part.rows if row.key not in ADDED_UP]
    counts = {key: data.draw(_small, key) for key in keys}
    for part in ("appeals", "objections"):
        counts[part] = sum(count for key, count in counts.items() if key.startswith(f"{part}."))
    machine = sum(count for key, count in counts.items() if key.startswith("machine.") and key.count(".") == 1)
    machine += sum(count for key, count in counts.items() if key.startswith("machine.removed."))
    counts["rejudged"] = data.draw(st.integers(0, machine), "rejudged")
    counts["comments"] = machine - counts["rejudged"]
    removed = sum(count for key, count in counts.items() if ".removed." in key) + counts["confirmed"]
    tally = Tally(_spread(data, counts["comments"]), _spread(data, removed), counts, replies=[5] * 12)
    numbers, sums = whole(tally), sums_of(len(period.steps))
    assert all(numbers[one.total] == sum(numbers[part] for part in one.parts) for one in sums)
    report = make(period, ("Страница",), tally, public=True)

    cells = [cell for section in report.sections for cell in section.cells]
    assert all(cell.value is None for cell in cells if cell.hidden)
    assert all(cell.unit or cell.value is None or cell.value >= LEAST for cell in cells)
    assert all(number is None or number >= LEAST for step in report.steps for number in (step.comments, step.removed))
    hidden = {name for name in numbers if name in hide(numbers, sums, UNSEEN)}
    bounds = possible(numbers, sums, hidden)
    for name, count in numbers.items():
        least, most = bounds[name]
        assert least <= count <= most
        assert count >= LEAST or most - least >= LEAST - 1, name


def _spread(data: st.DataObject, total: int) -> list[int]:
    cuts = sorted(data.draw(st.lists(st.integers(0, total), min_size=6, max_size=6), "cuts"))
    return [after - before for before, after in itertools.pairwise([0, *cuts, total])]


def test_the_sums_of_a_report_form_no_circle() -> None:
    """What adds up to what is a tree: then bounds say exactly what can be concluded."""
    sums = sums_of(14)
    edges = [(number, name) for number, one in enumerate(sums) for name in one.all]
    parent: dict[object, object] = {}

    def root(node: object) -> object:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for number, name in edges:
        first, second = root(("sum", number)), root(name)
        assert first != second, (number, name)
        parent[first] = second
