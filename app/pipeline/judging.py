"""Makes deliveries out of events: with the model's opinion, where their words are judged."""

from collections.abc import Sequence

from app.domain.copies import text_print
from app.domain.decisions import Judgement
from app.domain.events import Event, Written
from app.domain.judged import judged_text, only_links
from app.pipeline.configuration import PageConfig
from app.pipeline.moderate import Broken, Moderator
from app.pipeline.record.items import Item
from app.pipeline.record.rulings import is_judged

#: An event, the page it belongs to, and when it came (microseconds).
Arrival = tuple[Event, PageConfig, int]


def judge(event: Event, page: PageConfig, moderator: Moderator, now: int) -> Item:
    """The event with the model's opinion, if it carries words that are judged; `now` in microseconds."""
    return judge_all([(event, page, now)], moderator)[0]


def judge_all(events: Sequence[Arrival], moderator: Moderator) -> list[Item]:
    """The same for many events of any pages, each with the time when it came; their words are judged together."""
    texts = [_judged_words(event, page) for event, page, _ in events]
    asked = [(text, page.policy) for text, (_, page, _) in zip(texts, events, strict=True) if text is not None]
    opinions = iter(moderator.judge_many([text for text, _ in asked], [policy for _, policy in asked]))
    return [_item(*one, None if text is None else next(opinions)) for one, text in zip(events, texts, strict=True)]


def _judged_words(event: Event, page: PageConfig) -> str | None:
    """The text that is judged; None where there is nothing to judge."""
    body = event.body
    if not isinstance(body, Written) or not is_judged(page.written_by(body.author)):
        return None
    return judged_text(body.text, body.segments)


def _item(event: Event, page: PageConfig, now: int, opinion: Judgement | Broken | None) -> Item:
    body = event.body
    if not isinstance(body, Written):
        return Item(event, page.id, now)
    # A private message is answered by itself, however many write the same.
    compared = None if body.private else text_print(judged_text(body.text, body.segments))
    if opinion is None:
        return Item(event, page.id, now, print=compared)
    if isinstance(opinion, Broken):
        return Item(event, page.id, now, Judgement(None, failure=opinion.code), unjudged=True)
    return Item(event, page.id, now, opinion, only_links(body.text, body.segments), compared)
