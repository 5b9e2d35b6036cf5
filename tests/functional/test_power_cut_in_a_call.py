"""`kill -9` while VK works: the next start asks again, which does no harm."""

import pytest

from tests.functional.conftest import MAT, Scene
from tests.functional.running import wait_until
from tests.functional.test_crowd import _all


@pytest.mark.timeout(300)
def test_a_kill_around_the_call_repeats_it_harmlessly(scene: Scene) -> None:
    """VK is slow, the service dies while VK deletes; the next start asks again and finds the comment gone."""
    scene.vk.slow_answers(0.5)
    comments = [scene.comment(MAT, author=2_000_000 + number) for number in range(3)]
    wait_until(lambda: scene.vk.calls_of("wall.deleteComment"), what="VK is asked")
    scene.service.kill()
    scene.vk.slow_answers(0)
    scene.service.start()

    def ended() -> bool:
        actions = [a for a in _all(scene, "/v1/actions") if a["kind"] == "delete_comment"]
        return {action["state"] for action in actions} == {"done"}

    # The dead process's lease must run out before another may send with its token.
    wait_until(ended, seconds=150)
    assert {call.params["comment_id"] for call in scene.vk.calls_of("wall.deleteComment")} == {
        str(comment.id) for comment in comments
    }
    assert scene.vk.calls_of("groups.ban") == []
    scene.installation.run("journal", "verify")
