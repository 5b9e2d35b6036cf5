"""What can be done on a page: by its network at all, and by its tokens as a self-test has shown."""

from app.domain.ports import Right, Untold
from app.domain.words import ActionKind
from app.storage.tables import Capability, Credential
from tests.fakes.yard import Yard

YEAR = 365 * 86_400


def test_a_page_tells_what_its_network_offers(small_yard: Yard) -> None:
    """By kind of comment, with the terms of bans; the list of pages stays as short as it was."""
    api = small_yard.client("viewer")
    offers = api.get(f"/v1/pages/{small_yard.page}").json()["abilities"]

    assert offers["can_hide"] == []
    assert "message" in offers["can_delete"]
    assert "message" not in offers["can_restore"]
    assert (offers["can_ban"], offers["can_unban"], offers["bans_by_deleting"]) == (True, True, False)
    assert offers["ban_terms"] == {"dated": True, "least": 0, "most": YEAR}
    assert (offers["delete_within"], offers["learned"]) == (None, [])
    assert "abilities" not in api.get("/v1/pages").json()["items"][0]


def test_a_self_test_is_told_kept_and_forgotten(small_yard: Yard) -> None:
    """What a token may not do stands on the page until the next test; what others learned elsewhere does not."""
    yard = small_yard
    admin, path = yard.client("admin"), f"/v1/pages/{yard.page}"
    yard.network.rights = (Right(ActionKind.DELETE_COMMENT, True), Right(ActionKind.BAN_AUTHOR, False, "no_rights"))
    told = admin.post(f"{path}/check").json()
    [token] = told["tokens"]

    assert (told["works"], token["works"]) == (True, True)
    assert [one["text"] for one in token["rights"]] == [
        "удалить комментарий: может",
        "заблокировать автора: не может (no_rights)",
    ]
    assert told["lacks"][0].startswith("Правила велят заблокировать автора")
    with yard.house.database.write() as session:
        [credential] = yard.rows(Credential)
        row = Capability(credential_id=credential.id, method="ban_author@5", code="elsewhere", until_at=2**60)
        session.add(row)
    learned = admin.get(path).json()["abilities"]["learned"]
    assert [(one["slot"], one["what"], one["code"]) for one in learned] == [("user", "ban_author", "no_rights")]
    yard.network.rights = ()
    assert admin.post(f"{path}/check").json()["lacks"] == []
    assert admin.get(path).json()["abilities"]["learned"] == []
    assert [one.code for one in yard.rows(Capability)] == ["elsewhere"]


def test_a_token_that_the_network_does_not_know_is_named(small_yard: Yard) -> None:
    """A refused token may do nothing, and nothing is concluded about the page's rules."""
    small_yard.network.rights = Untold("vk_5")
    told = small_yard.client("admin").post(f"/v1/pages/{small_yard.page}/check").json()

    assert told == {
        "page_id": str(small_yard.page),
        "works": False,
        "tokens": [{"slot": "user", "works": False, "refused": True, "code": "vk_5", "rights": []}],
        "lacks": [],
    }
