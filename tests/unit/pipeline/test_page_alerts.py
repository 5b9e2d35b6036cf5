"""What the keeper of a page is told at once."""

from dataclasses import replace

import pytest

from app.domain.clock import DAY
from app.pipeline.administration.page_overview import GapShown, PageShown, TokenHealth
from app.pipeline.page_alerts import SILENCE, Urgency, alerts
from app.policy.rules import Policy, load_preset, parse

NOW = 1_790_000_000_000_000
WELL = PageShown(
    id=1,
    network="vk",
    external_id="1",
    title="Район",
    policy="kozhevnikovo-650",
    mode="enforce",
    timezone="Asia/Tomsk",
    office="administration",
    calendar={},
    callback_url="/callbacks/vk",
    has_secret=True,
    has_confirmation=True,
    trusted=(),
    tokens=(TokenHealth("user", None, ""),),
    paused_at=None,
    paused_by="",
    waits_until=None,
    wait_code="",
    trouble_began_at=None,
    trouble_code="",
    last_event_at=NOW,
    pending=0,
    proposed=0,
    failed=0,
    manual=0,
    created_at=NOW - 30 * DAY,
    version="1",
)
SILENT_ACT = load_preset("kozhevnikovo-650")


def told(policy: Policy = SILENT_ACT, **columns: object) -> list[tuple[Urgency, str]]:
    """What is said of a page that differs from one where all is well."""
    return [(one.urgency, one.text) for one in alerts(replace(WELL, **columns), policy, NOW)]


def test_a_page_where_all_is_well_has_no_line() -> None:
    """Nobody is taught to look past warnings."""
    assert told() == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"paused_at": NOW, "paused_by": "person:Анна"}, "остановил Анна"),
        ({"gap": GapShown(NOW, NOW, "partly", "asked", 9, 0, NOW)}, "прочитано заново не всё"),
        ({"gap": GapShown(NOW, NOW, "failed", "vk_27", 0, 0, NOW)}, "Прочитать заново пропущенное нечем"),
        ({"gap": GapShown(NOW, NOW, "failed", "not_readable", 0, 0, NOW, "проверьте глазами")}, "Проверьте глазами"),
        ({"unjudged": 12}, "Без решения текстов: 12"),
        ({"mode": "review", "fell_at": NOW}, "За час удалено слишком много"),
        ({"trouble_began_at": NOW, "trouble_code": "unreachable"}, "не идёт: сеть не отвечает"),
        ({"tokens": (TokenHealth("user", NOW, "5"),)}, "Ключ руководителя больше не действует"),
        ({"tokens": ()}, "Ключа доступа нет"),
    ],
)
def test_what_stands_still_is_red(columns: dict[str, object], words: str) -> None:
    """Nothing goes out: that is said first and loudest."""
    [(urgency, text)] = told(**columns)
    assert urgency is Urgency.STOPPED
    assert words in text


def test_a_page_that_only_looks_on_needs_no_key() -> None:
    """In shadow nothing is sent."""
    assert told(tokens=(), mode="shadow") == []


def test_a_missing_ground_is_red_until_it_is_entered() -> None:
    """Rules without an act, and terms of bans without an order; an order that is named ends the line."""
    preset = load_preset("novokuznetsk-59")
    ordered = preset.source.replace('source = "proposal"', 'source = "order"\norder = "приказ от 01.02.2026 № 3"')

    assert "за правилами страницы нет опубликованного акта" in told(load_preset("default"))[0][1]
    assert "приказа о них нет" in told(preset)[0][1]
    assert told(parse(ordered, file="own.toml")) == []


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        ({"last_event_at": NOW - SILENCE}, 0),
        ({"last_event_at": NOW - SILENCE - 1}, 1),
        ({"last_event_at": None}, 1),
        ({"last_event_at": None, "created_at": NOW - DAY}, 0),
        ({"waits_until": NOW + DAY, "wait_code": "9"}, 1),
    ],
)
def test_silence_is_worth_a_look_and_no_alarm(columns: dict[str, object], count: int) -> None:
    """A small page may be silent; a page of today has had no time to speak."""
    found = told(**columns)
    assert [urgency for urgency, _ in found] == [Urgency.MIND] * count


def test_what_stands_still_comes_first() -> None:
    """The order is that of urgency."""
    found = told(waits_until=NOW + DAY, wait_code="9", tokens=(TokenHealth("user", NOW, "5"),))
    assert [urgency for urgency, _ in found] == [Urgency.STOPPED, Urgency.MIND]


@pytest.mark.parametrize(
    ("state", "found", "words"),
    [("reading", 0, "страница читается заново: комментариев 40, новых 0"), ("done", 3, "комментариев 40, новых 3")],
)
def test_reading_again_is_told_of_quietly(state: str, found: int, words: str) -> None:
    """It asks nobody for anything."""
    [(urgency, text)] = told(gap=GapShown(NOW, NOW, state, "asked", 40, found, None))
    assert urgency is Urgency.MIND
    assert words in text


def test_a_gap_in_which_nothing_was_missed_is_no_news() -> None:
    """Whoever is told of it looks for something that is not there."""
    assert told(gap=GapShown(NOW, NOW, "done", "asked", 40, 0, NOW)) == []
