"""VK is slow, hangs up, answers nonsense, holds us back; events go on coming, and each violation goes once."""

from pathlib import Path

import pytest

from tests.functional.bad_days.conftest import town_on
from tests.functional.crash.town import CALLED, POLLED
from tests.functional.faults import impatient
from tests.functional.running import Installation, wait_until
from tests.functional.test_longpoll import is_asked, open_polled_page
from tests.simulators.vk import VkSimulator

pytestmark = pytest.mark.timeout(240)
CAPTCHA, FLOOD, QUOTA, INTERNAL = 14, 9, 29, 10
#: In the order in which VK gives them; between each two of them some calls go well.
BAD_ANSWERS = (
    "slow",
    "close",
    "garbage",
    "late",
    "http_502",
    CAPTCHA,
    INTERNAL,
    FLOOD,
    "late",
    "not_json_object",
    QUOTA,
)
BAD_POLLS = ("close", "garbage", "http_502", "not_json_object")


def test_vk_has_a_bad_day(vk: VkSimulator, sqlite_url: str, tmp_path: Path) -> None:
    """Whatever VK answers to a call or a poll, no event is lost, no comment is deleted twice, and all goes on."""
    installation = Installation(tmp_path / "data", sqlite_url, vk.base_url, fault=impatient)
    vk.slow_answers(0.3)
    with town_on(vk, installation) as town:
        open_polled_page(vk, installation, town.service, POLLED)
        wait_until(lambda: is_asked(town.scene), what="VK is asked for events")
        vk.fail_next("wall.deleteComment", *BAD_ANSWERS)
        vk.fail_next("a_check", *BAD_POLLS)
        for _ in range(3):
            with town.telling([*town.write(CALLED, texts=20, rude=2), *town.write(POLLED, texts=5, rude=1)]):
                pass
        town.settle()
        assert not vk.state.prepared["wall.deleteComment"]
        assert not vk.state.prepared["a_check"]
        town.check(disturbed=BAD_ANSWERS)
        assert town.refused == 0
