"""What waits for somebody else's server goes a round of its own, at a part of each token's rate."""

import pytest

from app.calling.pace import HalfPace
from app.domain.connecting import Refusal
from app.domain.errors import ConfigurationError
from app.domain.ports import Credential, Slot
from app.networks.vk import adapter
from app.pipeline.configuration import Configuration
from app.pipeline.moderate import Moderator
from app.pipeline.rereading.walking import NAME as READING_AGAIN
from app.pipeline.watching import deliveries, telling
from app.settings import Settings
from app.wiring import Judging
from app.working import rounds
from tests.fakes.scorer import WordScorer
from tests.fakes.thresholds import FakeThresholds


def every_round(world, tmp_path, **settings):
    judging = Judging(None, Moderator(WordScorer()), Configuration(world.house, FakeThresholds()), 1)
    return rounds(Settings(data_dir=tmp_path, **settings), world.house, judging)


def test_whoever_asks_others_keeps_no_duty_waiting(world, tmp_path):
    """Letters, questions about deliveries and reading again each go alone, and no duty stands in two rounds."""
    names = [[duty.name for duty in one.duties] for one in every_round(world, tmp_path)]
    for alone in (deliveries.NAME, telling.NAME, READING_AGAIN):
        assert [alone] in names
    everything = [name for several in names for name in several]
    assert len(everything) == len(set(everything)) > len(names)


def test_a_mail_server_without_a_sender_stops_the_start(world, tmp_path):
    """A wrong setting is told before anything is served."""
    with pytest.raises(ConfigurationError, match="DVORNIK_SMTP_FROM"):
        every_round(world, tmp_path, smtp_url="smtps://mail.adm.example")


def test_questions_keep_to_the_pace_that_they_share(vk, tmp_path, monkeypatch):
    """A connector waits for the turn of the pace that it is given."""
    asked = []

    class Noted(HalfPace):
        def turn(self, credential, per_second):
            asked.append((credential, per_second))
            return super().turn(credential, per_second)

    monkeypatch.setattr(adapter, "HalfPace", Noted)
    make = adapter.vk(Settings(data_dir=tmp_path, vk_api_url=vk.base_url)).watcher
    for connector in (make(), make()):
        assert isinstance(connector.servers("1", Credential(7, Slot.USER, "unknown")), Refusal)
        connector.close()
    assert asked == [(7, 3), (7, 3)]
