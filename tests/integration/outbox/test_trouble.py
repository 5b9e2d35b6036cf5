"""A network that does not answer is noticed once, seen as long as it lasts, and its return is told, on both engines."""

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from app.commands.output import moment
from app.commands.page_shown import waiting
from app.domain.clock import HOUR, MINUTE
from app.domain.ports import Failed, Manual, Retry
from app.domain.states import WaitingFor
from app.outbox.trouble import LIFE
from app.pipeline.administration.page_overview import show_page
from app.storage.health import Delayed, vitals
from app.telemetry import REGISTRY
from tests.fakes.world import START, World
from tests.integration.outbox.conftest import alerts

UNREACHABLE = Retry("unreachable")


def delayed(world):
    """What is delayed, as readiness tells it."""
    with world.database.read() as session:
        return vitals(session).delayed


def told(logs):
    """The warnings about deliveries, in order."""
    return [line["event"] for line in logs if line["event"].startswith("deliveries_")]


def errors(code):
    """How often a code was counted."""
    return REGISTRY.get_sample_value("dvornik_api_errors_total", {"network": "vk", "code": code}) or 0.0


def test_an_outage_is_one_warning_and_its_end_another(world):
    """However many actions and attempts meet it, people are told once; each attempt is counted by its code."""
    numbers = [world.add_action(world.add_comment()) for _ in range(2)]
    world.network.answers.extend([UNREACHABLE, Retry("timeout"), UNREACHABLE, UNREACHABLE])
    before, counted = alerts("deliveries_fail"), errors("unreachable")
    with capture_logs() as logs:
        world.work_off()
        world.clock.advance(HOUR)
        world.work_off()
    assert told(logs) == ["deliveries_fail"]
    [line] = [line for line in logs if line["event"] == "deliveries_fail"]
    assert (line["log_level"], line["connection"], line["code"]) == ("warning", world.connection, "unreachable")
    assert alerts("deliveries_fail") == before + 1
    assert errors("unreachable") == counted + 3
    page = show_page(world.house, world.page)
    assert (page.trouble_began_at, page.trouble_code, page.pending) == (START, "unreachable", 2)
    assert waiting(page) == f"2 к отправке, сеть не отвечает с {moment(START, 'Asia/Novokuznetsk')}"
    assert delayed(world) == Delayed(2, world.action(numbers[0]).created_at, "unreachable")

    world.clock.advance(HOUR)
    with capture_logs() as logs:
        world.work_off()
    assert told(logs) == ["deliveries_work_again"]
    assert [line["minutes"] for line in logs if line["event"] == "deliveries_work_again"] == [120]
    page = show_page(world.house, world.page)
    assert (page.trouble_began_at, page.trouble_code, delayed(world)) == (None, "", None)

    world.add_action(world.add_comment())
    world.network.answers.append(UNREACHABLE)
    world.work_off()
    assert alerts("deliveries_fail") == before + 2


def test_an_incident_that_nothing_ended_does_not_swallow_the_next(world):
    """Where everything was given up and nothing was sent for long, a new failure is a new incident."""
    world.add_action(world.add_comment())
    world.network.answers.append(UNREACHABLE)
    before = alerts("deliveries_fail")
    world.work_off()
    world.clock.advance(LIFE + MINUTE)
    assert show_page(world.house, world.page).trouble_began_at is None
    world.network.answers.append(UNREACHABLE)
    world.work_off()
    assert alerts("deliveries_fail") == before + 2
    assert show_page(world.house, world.page).trouble_began_at == START + LIFE + MINUTE


@pytest.mark.parametrize("answer", [Manual("no_capable_token"), Failed("bad_comment_id")])
def test_what_may_come_without_a_call_ends_no_incident(world, answer):
    """An order that no token can carry out says nothing about the network."""
    world.add_action(world.add_comment())
    world.add_action(world.add_comment())
    world.network.answers.extend([UNREACHABLE, answer])
    with capture_logs() as logs:
        world.work_off()
    assert told(logs) == ["deliveries_fail"]
    assert show_page(world.house, world.page).trouble_code == "unreachable"


def test_what_waits_is_delayed_without_being_an_outage(world):
    """A captcha holds actions back and is counted as such, but the network answers."""
    world.add_action(world.add_comment())
    world.network.answers.append(
        Retry("vk_14", after=HOUR, waiting=WaitingFor.CAPTCHA, pause_connection=True, alert=True)
    )
    with capture_logs() as logs:
        world.work_off()
    assert told(logs) == []
    assert show_page(world.house, world.page).trouble_began_at is None
    found = delayed(world)
    assert (found.actions, found.last_error) == (1, "vk_14")


def test_what_is_merely_due_is_not_delayed(world):
    """An action that nobody has tried yet waits for its turn."""
    world.add_action(world.add_comment())
    assert delayed(world) is None


def test_delayed_actions_are_found_by_the_index_of_what_is_due(sqlite_url):
    """The count stays quick beside any history of done actions."""
    world = World(sqlite_url)
    statements = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *about: statements.append(about[2:4]))
    assert delayed(world) is None
    [(statement, values)] = [found for found in statements if "last_error" in found[0]]
    with world.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    world.close()
    assert "ix_action_due" in str(plan)
