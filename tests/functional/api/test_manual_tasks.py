"""What waits for a person's hands says where to go, what to do there, and on which ground."""

from app.storage.tables import Action
from tests.fakes.yard import Yard


def test_a_manual_action_is_a_task_with_links(small_yard: Yard) -> None:
    """The removal leads to the comment, the ban to its author; nobody else's actions carry a task."""
    yard = small_yard
    api = yard.client("moderator")
    decision = yard.comment("Ты дебил")
    removal, ban = yard.action_of(decision, "delete_comment"), yard.action_of(decision, "ban_author")
    assert api.get(f"/v1/actions/{removal.id}").json()["manual"] is None
    for one in (removal, ban):
        yard.change(Action, one.id, state="manual", last_error="not_offered")
    [told_ban, told_removal] = api.get("/v1/actions?state=manual").json()["items"]

    url = told_removal["manual"]["comment"]
    assert url.startswith("https://vk.com/wall-")
    assert told_removal["manual"] == {
        "what": "Откройте комментарий и удалите его.",
        "place": url,
        "comment": url,
        "author": "https://vk.com/id15170",
        "page": "https://vk.com/club229000001",
    }
    assert told_ban["manual"]["place"] == "https://vk.com/id15170"
    assert told_ban["manual"]["what"].startswith("Заблокируйте автора на странице на ")
    assert told_removal["clause"]
    assert api.get(f"/v1/actions/{ban.id}").json()["manual"] == told_ban["manual"]
