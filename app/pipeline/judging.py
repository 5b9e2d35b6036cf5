"""Makes a delivery out of an event: with the model's opinion, where its words are judged."""

from app.domain.copies import text_print
from app.domain.decisions import Judgement
from app.domain.events import Event, Written
from app.domain.judged import judged_text, only_links
from app.pipeline.configuration import PageConfig
from app.pipeline.moderate import Broken, Moderator
from app.pipeline.record.items import Item
from app.pipeline.record.rulings import is_judged


def judge(event: Event, page: PageConfig, moderator: Moderator, now: int) -> Item:
    """The event with the model's opinion, if it carries words that are judged; `now` in microseconds."""
    body = event.body
    if not isinstance(body, Written):
        return Item(event, page.id, now)
    text = judged_text(body.text, body.segments)
    # A private message is answered by itself, however many write the same.
    compared = None if body.private else text_print(text)
    if not is_judged(page.written_by(body.author)):
        return Item(event, page.id, now, print=compared)
    judgement = moderator.judge_or_wait(text, policy=page.policy)
    if isinstance(judgement, Broken):
        return Item(event, page.id, now, Judgement(None, failure=judgement.code), unjudged=True)
    return Item(event, page.id, now, judgement, only_links(body.text, body.segments), compared)
