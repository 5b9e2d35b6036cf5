"""`page check` asks a VK that enforces its rules whether a page's tokens work."""

import json
import subprocess

from tests.functional.running import DVORNIK, Installation, free_port

GROUP = 229000001
KINDS = ("delete_comment", "ban_author", "restore_comment", "unban_author")
#: VK tells of no right beforehand.
RIGHTS = [{"what": kind, "can": None, "code": ""} for kind in KINDS]


def test_each_token_is_tried_with_a_harmless_call(vk, tmp_path):
    """A token that VK knows works, an invented one does not, and VK was asked for nothing but the managers."""
    vk.add_community(GROUP, callback_url="http://127.0.0.1:9/callbacks/vk", secret="s", managers=[5])
    good = vk.add_token("user", GROUP)
    place = Installation(tmp_path / "data", f"sqlite:///{tmp_path / 'd.sqlite3'}", vk.base_url)
    add = ("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район")
    page = place.json(*add, "--user-token", "-", stdin=f"{good}\n")["id"]

    assert json.loads(place.run("page", "check", page, "--json").stdout) == {
        "page_id": page,
        "ok": True,
        "tokens": [{"slot": "user", "works": True, "refused": False, "code": "", "rights": RIGHTS}],
        "lacks": [],
    }
    place.run("page", "set", page, "--community-token", "-", stdin="an-invented-token\n")
    done = subprocess.run(
        [DVORNIK, "page", "check", page],
        env=place.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Ключ руководителя: действует" in done.stdout
    assert "удалить комментарий: покажет первая попытка" in done.stdout
    assert "Ключ сообщества: сеть не принимает ключ (vk_5)" in done.stdout
    assert {call.method for call in vk.calls} == {"groups.getMembers"}
    place.vk_api_url = f"http://127.0.0.1:{free_port()}"
    away = subprocess.run(
        [DVORNIK, "page", "check", page],
        env=place.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert away.returncode == 1
    assert "Ключ руководителя: не проверен, сеть не отвечает" in away.stdout
