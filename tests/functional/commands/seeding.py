"""Fills an installation that no service runs on with judged comments, through the real model and recording."""

from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from app.domain.copies import text_print
from app.domain.events import Act, CommentRef, Event, Written
from app.domain.words import Kind
from app.pipeline.administration.pages import NewPage, add_page
from app.pipeline.record.batch import record
from app.pipeline.record.items import Item
from app.settings import Settings
from app.storage.tables import Comment, Decision
from app.wiring import open_house, open_judging

PAGE = "229000001"


@contextmanager
def seeded(data: Path, model: Path, *texts: str, policy: str = "talmenka-414"):
    """Open the installation's own database, add a page that enforces a policy and let comments come; then close it.

    Gives the house and the ids of the decisions.
    """
    settings = Settings(data_dir=data, model=model)
    house = open_house(settings)
    try:
        judging = open_judging(settings, house)
        new = NewPage("vk", PAGE, "Район", policy=policy, mode="enforce", secret="s", user_token="u")
        page = add_page(house, new, by="cli")
        yield house, [_comment(house, judging, page.id, number, text) for number, text in enumerate(texts, 1)]
    finally:
        house.database.dispose()


def _comment(house, judging, page, number, text):
    now = house.clock.now()
    body = Written(Act.NEW, CommentRef(Kind.WALL, "", str(number)), str(1000 + number), text, post="7", written_at=now)
    event = Event("vk", PAGE, "wall_reply_new", f"new:{number}", body, b"{}")
    with house.database.transact() as transaction:
        config = judging.configuration.within(transaction).by_id[page]
        judgement = judging.moderator.judge(text, policy=config.policy)
        item = Item(event, page, now, judgement, print=text_print(text))
        record(transaction, house, judging.configuration, [item], judging.model_version_id)
    with house.database.read() as session:
        query = select(Decision.id).join(Comment, col(Comment.id) == col(Decision.comment_id))
        return session.exec(query.where(Comment.external_id == str(number))).one()
