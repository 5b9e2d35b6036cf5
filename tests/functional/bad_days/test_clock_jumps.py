"""The machine's clock is set forth and back under the running service, and under its next start."""

from pathlib import Path

import httpx
import pytest

from app.pipeline.unjudged.waiting import NAME as WAITING
from tests.functional.bad_days.conftest import town_on
from tests.functional.conftest import GROUP, SECRET
from tests.functional.crash.town import CALLED, Town
from tests.functional.faults import CLOCK_OFF, adjustable_clock
from tests.functional.running import Installation, wait_until
from tests.simulators.vk import VkSimulator

pytestmark = pytest.mark.timeout(240)
HOUR, DAY = 3600, 86_400


def test_a_clock_that_jumps_costs_no_event(vk: VkSimulator, sqlite_url: str, tmp_path: Path) -> None:
    """Forth by hours, back by a day, forth by two, right again: each text is decided once, each violation goes."""
    installation = Installation(tmp_path / "data", sqlite_url, vk.base_url, fault=adjustable_clock)
    with town_on(vk, installation) as town:
        for off in (3 * HOUR, -DAY, 2 * DAY, 0):
            set_clock(town, off)
            a_quiet_hour(town)
        a_duty_is_done(town)
        a_new_page_is_heard(town)
        town.service.kill()
        set_clock(town, -2 * DAY)
        town.rise_again()
        a_quiet_hour(town)
        assert httpx.get(f"{town.service.url}/readyz").status_code == httpx.codes.OK


def set_clock(town: Town, off: int) -> None:
    """From here on the service's clock is wrong by so many seconds."""
    ready = town.scene.installation.data_dir / f"{CLOCK_OFF}.part"
    ready.write_text(str(off), encoding="utf-8")
    ready.rename(ready.with_suffix(""))


def a_quiet_hour(town: Town) -> None:
    """A few people write, one of them badly."""
    with town.telling(town.write(CALLED, texts=6, rude=1)):
        pass
    town.settle()
    town.check()


def a_duty_is_done(town: Town) -> None:
    """What is done every second goes on at once, though it was last done two days ahead."""

    def times() -> list[str]:
        metrics = httpx.get(f"{town.service.url}/metrics").text.splitlines()
        return [line for line in metrics if line.startswith(f'dvornik_duties_done_total{{duty="{WAITING}"}}')]

    before = times()
    wait_until(lambda: times() not in ([], before), what="the duty is done again")


def a_new_page_is_heard(town: Town) -> None:
    """Whoever adds a page need not wait until the clock has caught up."""
    other = GROUP + 2
    town.vk.add_community(other, callback_url=f"{town.service.url}/callbacks/vk", secret=SECRET, managers=[5])
    page = ("page", "add", "--network", "vk", "--external-id", str(other), "--title", "Посёлок", "--secret", "-")
    town.scene.installation.run(*page, stdin=f"{SECRET}\n")
    comment = town.vk.post_comment(other, "Спасибо!")
    assert town.vk.send_new(comment)[-1].accepted
