"""The gate of deliveries with a model that knows a few words."""

from functools import partial

from app.pipeline.intake import Gate
from app.pipeline.judging import judge_all
from app.pipeline.moderate import Moderator
from app.pipeline.record.writer import Writer
from tests.fakes.scorer import WordScorer


def gate_of(writer: Writer) -> Gate:
    """Judges by words, hands over to this writer."""
    return Gate(writer, partial(judge_all, moderator=Moderator(WordScorer())))
