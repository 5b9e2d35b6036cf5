"""Words that came privately stay with those who read messages, on every page, in every list and paper."""

import io
import zipfile

import httpx
import pytest

from app.domain.words import Role
from app.pipeline.objections.opening import Channel, open_objection
from app.storage.tables import Decision, Objection, ObjectionBody
from tests.console.counter import Counter

#: Nowhere else in the house.
SECRET = "сокровенное"
MORE = "добавленное"
ANSWER = "отвеченное"


def _objected(counter: Counter, channel: Channel) -> int:
    """The id of a removal to which its author objected twice; the second words joined the first as a note."""
    number = counter.comment("Ты дебил")
    for words in (SECRET, MORE):
        with counter.house.database.write() as session:
            decision = session.get_one(Decision, number)
            at = counter.clock.now()
            open_objection(session, counter.house, decision, channel=channel, text=words, by="author", at=at)
    return number


def _told(answer: httpx.Response) -> str:
    """What an answer says; of an archive, what its files say."""
    if answer.headers["content-type"] != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return " ".join(archive.read(one).decode(errors="replace") for one in archive.namelist())


def _everything(counter: Counter, role: Role, decision: int) -> dict[str, str]:
    """What this role is told by each page and route that leads to the decision, its question and its objection."""
    [objection] = counter.rows(Objection)
    paths = [
        *("/console/journal", f"/console/decisions/{decision}"),
        *(f"/console/decisions/{decision}/dossier", f"/console/decisions/{decision}/dossier?outside=0"),
        *(f"/console/decisions/{decision}/evidence", "/console/objections", f"/console/objections/{objection.id}"),
        *("/console/queue/list", f"/console/queue/{objection.case_id}", "/console/answers", "/console/answers/made"),
        *(f"/console/answers/{objection.comment_id}", f"/console/pages/{counter.page}"),
    ]
    routes = [
        *("/v1/decisions", f"/v1/decisions/{decision}", "/v1/review", f"/v1/review/{objection.case_id}"),
        *(f"/v1/decisions/{decision}/dossier", f"/v1/decisions/{decision}/dossier?outside=true"),
        *(f"/v1/decisions/{decision}/evidence", "/v1/objections", f"/v1/objections/{objection.id}"),
        *("/v1/appeals", "/v1/answers", f"/v1/actions?decision_id={decision}"),
    ]
    visitor, client = counter.visitor(role, f"desk {role}"), counter.client(role, f"program {role}")
    return {path: _told(visitor.client.get(path)) for path in paths} | {
        path: _told(client.get(path)) for path in routes
    }


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_an_objection_sent_privately_is_not_for_everybody(counter: Counter, role: Role) -> None:
    """The comment is public and the objection to it came as a message: viewer and auditor see that it is there."""
    decision = _objected(counter, Channel.MESSAGE)
    [objection] = counter.rows(Objection)
    counter.change(ObjectionBody, objection.id, answer=ANSWER)
    counter.change(
        Objection, objection.id, state="answered", outcome="upheld", answered_at=1, answered_by="person:anna"
    )
    for path, told in _everything(counter, role, decision).items():
        assert [one for one in (SECRET, MORE, ANSWER) if one in told] == [], path


def test_those_who_read_messages_see_it_everywhere(counter: Counter) -> None:
    """A moderator sees the words on the question's page, on the objection's and in the dossier."""
    told = _everything(counter, Role.MODERATOR, _objected(counter, Channel.MESSAGE))
    said = [path for path, text in told.items() if SECRET in text]

    assert len([path for path in said if path.startswith("/console")]) == 5, said
    assert len([path for path in said if path.startswith("/v1")]) == 5, said


def test_an_objection_from_the_site_is_for_the_office_but_not_for_viewers(counter: Counter) -> None:
    """People write there how to reach them; an auditor reads it, a viewer does not, by the API neither."""
    decision = _objected(counter, Channel.SITE)

    assert any(SECRET in text for text in _everything(counter, Role.AUDITOR, decision).values())
    for path, told in _everything(counter, Role.VIEWER, decision).items():
        assert SECRET not in told, path
        assert MORE not in told, path
