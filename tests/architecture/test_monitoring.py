"""The dashboard and the alert rules name what the service really tells, and every alert says what to do."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from app import telemetry
from app.domain.words import Verdict
from app.pipeline.census import Counting
from app.storage.census import Census
from tests.fakes.clock import FakeClock

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
OPERATORS = (FOLDER.parent / "operators.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
EXPRESSIONS = [(rule["alert"], rule["expr"]) for rule in RULES] + [(title, one["expr"]) for title, one in TARGETS]

FUNCTIONS = {"sum", "max", "min", "rate", "increase", "histogram_quantile"}
#: What a scrape adds to every sample.
SCRAPED = {"job", "instance"}
TOKEN = re.compile(
    r'\s*(?:(?P<string>"[^"\\]*")|(?P<range>\[(?:\d+[smhd]|\$__rate_interval)\])|(?P<number>\d+(?:\.\d+)?)'
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/<>=(){},]))"
)


@pytest.fixture(scope="module")
def told() -> Mapping[str, frozenset[str]]:
    """The labels of every sample that `/metrics` can tell, by its name."""
    found: dict[str, frozenset[str]] = {"up": frozenset()}
    for metric in vars(telemetry).values():
        if not isinstance(metric, MetricWrapperBase):
            continue
        [family] = metric.describe()
        labels = frozenset(metric._labelnames)
        endings = {"counter": ["_total"], "gauge": [""], "histogram": ["_sum", "_count"]}[family.type]
        found |= {family.name + ending: labels for ending in endings}
        if family.type == "histogram":
            found[family.name + "_bucket"] = labels | {"le"}
    clock = FakeClock()
    counting = Counting(clock, "model")
    counting.note(clock.now(), Census({}, None, {}, 0, 0, 0, 0, {}, {}))
    for family in counting.collect():
        assert family.samples, family.name
        found |= {sample.name: frozenset(sample.labels) for sample in family.samples}
    return found


def tokens(expression: str) -> Iterator[tuple[str, str]]:
    """The expression in pieces, each with its kind; a sign that PromQL does not know is an error."""
    position = 0
    while position < len(expression.rstrip()):
        found = TOKEN.match(expression, position)
        assert found, f"not PromQL: {expression[position:]!r}"
        assert found.lastgroup
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


def faults(expression: str, told: Mapping[str, frozenset[str]]) -> list[str]:
    """What an expression says that is not so."""
    open_brackets: list[str] = []
    named: set[str] = set()
    labels: set[str] = set()
    wrong: list[str] = []
    pieces = [*tokens(expression), ("end", "")]
    for number, (kind, piece) in enumerate(pieces[:-1]):
        before, after = pieces[number - 1][1] if number else "", pieces[number + 1][1]
        if piece in {"(", "{"}:
            open_brackets.append("by" if before == "by" else piece)
        elif piece in {")", "}"}:
            expected = {"(": ")", "by": ")", "{": "}"}[open_brackets.pop()] if open_brackets else None
            wrong += [] if piece == expected else [f"bracket {piece}"]
        elif kind == "range" and before not in {"}", *named}:
            wrong.append(f"range after {before}")
        elif kind == "word" and open_brackets[-1:] in (["{"], ["by"]):
            labels.add(piece)
        elif kind == "word" and piece not in {"by", "and"}:
            if after == "(" or piece in FUNCTIONS:
                wrong += [] if piece in FUNCTIONS else [f"function {piece}"]
            else:
                named.add(piece)
    wrong += [f"bracket {one} stays open" for one in open_brackets]
    wrong += [f"metric {one}" for one in sorted(named - told.keys())]
    known = SCRAPED.union(*(told.get(one, frozenset()) for one in named))
    return wrong + [f"label {one}" for one in sorted(labels - known)] + ([] if named else ["no metric"])


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS)
def test_expressions_name_what_there_is(where: str, expression: str, told: Mapping[str, frozenset[str]]) -> None:
    """Metrics and labels of each rule and panel exist, brackets fit, functions are PromQL's."""
    assert faults(expression, told) == [], where


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("sum(dvornik_nothing_total)", "metric dvornik_nothing_total"),
        ("dvornik_events", "metric dvornik_events"),
        ('dvornik_events_total{page="1"}', "label page"),
        ("sum by (author) (dvornik_events_total)", "label author"),
        ("sum(rate(dvornik_events_total[5m])", "bracket ( stays open"),
        ("summe(dvornik_events_total)", "function summe"),
        ("1 > 0", "no metric"),
    ],
)
def test_a_wrong_expression_is_found(expression: str, fault: str, told: Mapping[str, frozenset[str]]) -> None:
    """The check above sees what it is there for."""
    assert fault in faults(expression, told)


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_an_alert_says_what_has_happened_and_what_to_do(rule: dict[str, Any]) -> None:
    """Each has summary, description, severity and a chapter of its own in the operators' guide."""
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Dvornik[A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook"}
    assert all(rule["annotations"].values())
    assert rule["annotations"]["runbook"] == f"docs/operators.md#{rule['alert'].lower()}"
    assert f"\n#### {rule['alert']}\n" in OPERATORS


def test_the_guide_knows_no_other_alerts() -> None:
    """A chapter without its rule would be read in vain; names of rules are used once."""
    names = [rule["alert"] for rule in RULES]
    assert sorted(re.findall(r"^#### (Dvornik\w+)$", OPERATORS, re.MULTILINE)) == sorted(names)
    assert len(set(names)) == len(names)


def test_texts_use_only_labels_that_are_left(told: Mapping[str, frozenset[str]]) -> None:
    """What a description or a legend quotes of a sample is still there after the aggregation."""
    texts = [(rule["expr"], rule["annotations"]["description"]) for rule in RULES]
    texts = [(expression, re.findall(r"\$labels\.(\w+)", text)) for expression, text in texts]
    texts += [(one["expr"], re.findall(r"{{(\w+)}}", one["legendFormat"])) for _, one in TARGETS]
    for expression, quoted in texts:
        kept = {name.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for name in group.split(",")}
        aggregated = re.match(r"(sum|max|min|histogram_quantile)\b", expression)
        assert set(quoted) <= (kept if aggregated else SCRAPED), expression


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    """Panels have numbers of their own, do not overlap, say what they show and ask the chosen Prometheus."""
    assert DASHBOARD["uid"] == "dvornik"
    assert {one["name"] for one in DASHBOARD["templating"]["list"]} == {"datasource", "job"}
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        own = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not own & cells, panel["title"]
        cells |= own
    for _, target in TARGETS:
        assert target["datasource"]["uid"] == "${datasource}"
        assert 'job="$job"' in target["expr"]


def test_what_is_told_is_shown(told: Mapping[str, frozenset[str]]) -> None:
    """Every metric stands in the dashboard, and none has a label by which a page or a person could be known."""
    shown = " ".join(one["expr"] for _, one in TARGETS)
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in told}
    assert [name for name in sorted(families) if name not in shown] == []
    assert not set().union(*told.values()) & {"page", "page_id", "author", "author_id", "comment", "account", "path"}


def test_values_that_rules_compare_with_exist() -> None:
    """Codes in the rules are codes of the program."""
    rules = " ".join(rule["expr"] for rule in RULES)
    assert set(re.findall(r'verdict="(\w+)"', rules)) <= set(Verdict)
    source = "".join(path.read_text(encoding="utf-8") for path in (FOLDER.parents[1] / "app").rglob("*.py"))
    quoted = re.findall(r'(?:what|outcome|intake|waiting_for|result)(?:=|=~|!=)"([\w|]+)"', rules)
    for value in {one for group in quoted for one in group.split("|")}:
        assert f'"{value}"' in source, value
