"""The gate of deliveries with a model that knows a few words."""

from functools import partial

from app.domain.clock import Clock
from app.networks.vk.adapter import vk
from app.pipeline.configuration import Configuration
from app.pipeline.connecting.confirmations import Confirmations
from app.pipeline.intake import Gate, Intake
from app.pipeline.judging import judge_all
from app.pipeline.moderate import Moderator
from app.pipeline.record.writer import Writer
from app.settings import Settings
from tests.fakes.scorer import WordScorer


def gate_of(writer: Writer) -> Gate:
    """Judges by words, hands over to this writer."""
    return Gate(writer, partial(judge_all, moderator=Moderator(WordScorer())))


def vk_intake(
    configuration: Configuration, gate: Gate, clock: Clock, confirmations: Confirmations | None = None
) -> Intake:
    """The way in of VK's callbacks."""
    door = vk(Settings()).common_door
    assert door is not None
    return Intake("vk", door, configuration, gate, clock, confirmations)
