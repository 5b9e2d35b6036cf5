"""A comment comes in through real HTTP, a decision is made, the action reaches VK: the whole house, nothing patched."""

import httpx
import pytest

from tests.functional.conftest import GROUP, MAT, PUBLIC, SECRET, THANKS, Scene, open_page
from tests.functional.running import Installation, Service, wait_until
from tests.simulators.vk import VkSimulator


def test_a_violation_is_deleted_and_the_ban_waits_for_a_person(scene: Scene) -> None:
    """Deletion goes out at once; the ban goes out once, after somebody confirmed it, with clause and end date."""
    scene.comment(THANKS)
    comment = scene.comment(MAT)

    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"), what="VK is asked to delete")
    assert scene.vk.calls_of("wall.deleteComment")[0].params["comment_id"] == str(comment.id)
    wait_until(lambda: scene.actions()["delete_comment"]["state"] == "done")
    ban = scene.actions()["ban_author"]
    assert (ban["state"], scene.vk.calls_of("groups.ban")) == ("proposed", [])

    assert scene.post(f"/v1/actions/{ban['id']}/confirm").status_code == httpx.codes.OK
    assert scene.post(f"/v1/actions/{ban['id']}/confirm").status_code == httpx.codes.CONFLICT
    assert scene.actions()["ban_author"]["waiting_for"] == "undo_window"
    wait_until(lambda: scene.actions()["ban_author"]["state"] == "done", seconds=60)

    (call,) = scene.vk.calls_of("groups.ban")
    assert call.params["owner_id"] == str(PUBLIC)
    assert "п. 2.5" in call.params["comment"]
    assert int(call.params["end_date"]) > 0
    removed, kept = scene.decisions()
    assert (kept["verdict"], removed["verdict"]) == ("keep", "remove")
    assert removed["clauses"]
    assert all(span["text"] in MAT for span in removed["explanation"])


@pytest.mark.parametrize("policy", ["novokuznetsk-59", "talmenka-414", "kozhevnikovo-650"])
def test_every_act_in_every_mode(vk: VkSimulator, installation: Installation, service: Service, policy: str) -> None:
    """Only `enforce` touches the page; the first offence is banned only where the act asks for it."""
    scene = open_page(vk, installation, service, policy=policy, mode="shadow")
    for number, (mode, begun) in enumerate({"shadow": "shadow", "review": "proposed", "enforce": "done"}.items()):
        scene.set_mode(mode)
        comment = scene.comment(MAT, author=PUBLIC + number)

        decision = scene.decisions()[0]
        assert (decision["verdict"], decision["mode"]) == ("remove", mode)
        kinds = {"delete_comment", "ban_author"} if policy == "novokuznetsk-59" else {"delete_comment"}
        assert {action["kind"] for action in decision["actions"]} == kinds
        wait_until(lambda begun=begun: scene.actions()["delete_comment"]["state"] == begun)
        touched = [call.params["comment_id"] for call in vk.calls_of("wall.deleteComment")]
        assert touched == ([str(comment.id)] if mode == "enforce" else [])
    assert not vk.calls_of("groups.ban")


def test_the_handshake_the_secret_and_the_repeats(scene: Scene) -> None:
    """The body is exactly `ok`; a stranger learns nothing, not even which pages there are."""
    url = f"{scene.service.url}/callbacks/vk"
    confirm = httpx.post(url, json={"type": "confirmation", "group_id": GROUP, "secret": SECRET})
    wrong = httpx.post(url, json={"type": "wall_reply_new", "group_id": GROUP, "secret": "x", "object": {}})
    unknown = httpx.post(url, json={"type": "wall_reply_new", "group_id": 1, "secret": "x", "object": {}})
    warning = {"type": "wall_post_new", "group_id": GROUP, "secret": SECRET, "object": {"warning": "old version"}}
    likes = {"type": "like_add", "group_id": GROUP, "secret": SECRET, "object": {"liker_id": 1}}

    assert confirm.text == "c0ffee"
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert wrong.status_code == httpx.codes.FORBIDDEN
    for body in (warning, likes, {**likes, "type": "never_heard_of"}):
        answer = httpx.post(url, json=body, headers={"X-Retry-Counter": "nonsense"})
        assert (answer.status_code, answer.text) == (httpx.codes.OK, "ok")
        assert answer.headers["content-type"].startswith("text/plain")
    metrics = httpx.get(f"{scene.service.url}/metrics").text
    assert 'outcome="ignored_warning"' in metrics
    assert 'outcome="ignored_unknown_type"' in metrics


def test_an_edit_after_the_deletion_and_a_restore_by_a_manager(scene: Scene) -> None:
    """Our deletion comes back as an echo; a manager's restore binds; the next edit is judged again."""
    comment = scene.comment(MAT)
    wait_until(lambda: scene.actions()["delete_comment"]["state"] == "done")
    wait_until(lambda: 'outcome="echo"' in httpx.get(f"{scene.service.url}/metrics").text, what="the echo arrives")

    scene.vk.send_restore(comment)
    assert [d["decided_by"] for d in scene.decisions()] == ["network:unknown", "machine"]
    assert len(scene.vk.calls_of("wall.deleteComment")) == 1

    scene.vk.send_edit(comment, MAT + "!")
    wait_until(lambda: len(scene.vk.calls_of("wall.deleteComment")) == 2)


def test_a_comment_edited_before_its_deletion_stays(scene: Scene) -> None:
    """While sending is paused the author thinks better of it: nothing is deleted."""
    assert scene.post("/v1/pages/" + scene.page_id + "/pause").status_code == httpx.codes.OK
    comment = scene.comment(MAT)
    scene.vk.send_edit(comment, THANKS)
    assert scene.post("/v1/pages/" + scene.page_id + "/resume").status_code == httpx.codes.OK

    assert scene.actions()["delete_comment"]["state"] == "cancelled"
    assert scene.decisions()[0]["verdict"] == "keep"
    other = scene.comment(MAT, author=PUBLIC + 1)
    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"))
    assert [call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")] == [str(other.id)]


def test_a_page_with_a_dead_token_keeps_its_actions(scene: Scene) -> None:
    """Events are taken, actions wait, the page says so; a new token lets them go."""
    for value in list(scene.vk.state.tokens):
        scene.vk.kill_token(value)
    token = scene.vk.add_token("user", GROUP, user_id=900_000_002)
    scene.comment(MAT)
    wait_until(lambda: scene.actions()["delete_comment"]["waiting_for"] == "token")
    scene.comment(THANKS)

    assert len(scene.decisions()) == 2
    assert any("token" in warning for warning in scene.get("/readyz")["warnings"])

    scene.installation.run("page", "set", scene.page_id, "--user-token", "-", stdin=token + "\n")
    wait_until(lambda: scene.actions()["delete_comment"]["state"] == "done")
