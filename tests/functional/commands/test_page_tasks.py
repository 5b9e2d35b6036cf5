"""`page tasks` lists what people have to do in the network by hand."""

import json

from sqlmodel import select

from app.storage.tables import Action, Comment, Page
from tests.functional.commands.seeding import seeded

CLAUSE = "п. 2.5 Порядка"


def _hand_over(house) -> int:
    """The comment's removal waits for somebody's hands; its id."""
    with house.database.write() as session:
        comment, page = session.exec(select(Comment)).one(), session.exec(select(Page)).one()
        now, number = house.clock.now(), house.ids()
        row = Action(
            id=number,
            idempotency_key="1",
            kind="delete_comment",
            state="manual",
            decision_id=comment.decision_id,
            comment_id=comment.id,
            page_id=page.id,
            connection_id=page.connection_id,
            author_id=comment.author_id,
            ordered_by="machine",
            clause=CLAUSE,
            last_error="not_offered",
            due_at=now,
            created_at=now,
            changed_at=now,
        )
        session.add(row)
    return number


def test_each_task_says_what_to_do_where_and_why(place, tell, artefact) -> None:
    """A page without tasks says so; one with a task shows its place, its ground and what stood in the way."""
    with seeded(place.data_dir, artefact, "Ты дурак") as (house, _):
        with house.database.read() as session:
            page = str(session.exec(select(Page.id)).one())
        empty = tell("page", "tasks", page)
        number = _hand_over(house)
    told = tell("page", "tasks", page)
    [task] = json.loads(tell("page", "tasks", page, "--json").out)

    assert (empty.code, empty.out) == (0, "Вручную делать нечего.\n")
    assert told.code == 0, told.err
    for words in ("Откройте комментарий и удалите его.", CLAUSE, "сеть разрешает это только вручную"):
        assert words in told.out
    assert (task["id"], task["kind"], task["author"]) == (str(number), "delete_comment", "https://vk.com/id1001")
