"""Pages come, change and go on both engines: connections are shared by token, secrets stay sealed, all is journalled."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.domain.errors import ConflictError, InvalidInputError, NotFoundError
from app.domain.ports import Right, Slot, Untold
from app.domain.words import ActionKind
from app.pipeline.administration import pages
from app.pipeline.administration.accounts import create_token
from app.pipeline.administration.page_check import check_page
from app.pipeline.administration.pages import (
    NewPage,
    PageChanges,
    add_page,
    change_page,
    list_pages,
    remove_page,
    show_page,
)
from app.pipeline.administration.policies import ensure_presets
from app.storage.tables import Capability, Connection, Control, Credential, Journal, Page, Reread
from tests.fakes.world import World


@pytest.fixture
def world(database_url):
    """A house with presets, and the page that every world has."""
    made = World(database_url)
    ensure_presets(made.house)
    yield made
    made.assert_journal_whole()
    made.close()


def new(external_id: str = "229000001", **fields) -> NewPage:
    return NewPage(**{"network": "vk", "external_id": external_id, "title": "Район", "confirmation": "c0ffee"} | fields)


def row(world, page_id: int) -> Page:
    with world.database.read() as session:
        return session.get_one(Page, page_id)


def credentials(world, connection_id: int) -> list[Credential]:
    with world.database.read() as session:
        query = select(Credential).where(Credential.connection_id == connection_id).order_by(col(Credential.slot))
        return list(session.exec(query))


def version(world) -> int:
    with world.database.read() as session:
        return session.get_one(Control, 1).config_version


def journal(world, kind: str) -> list[dict]:
    with world.database.read() as session:
        return [json.loads(one.body) for one in session.exec(select(Journal).where(Journal.kind == kind))]


def test_a_page_is_added_with_a_secret_of_its_own(world):
    """A secret that is not given is made, shown once and stored sealed; every process learns of the page."""
    before = version(world)
    added = add_page(world.house, new(), by="cli")

    assert (added.network, added.external_id, added.callback_url) == ("vk", "229000001", "/callbacks/vk")
    assert (added.mode, added.policy) == ("shadow", "default")
    assert len(added.secret) == 32
    stored = row(world, added.id)
    assert world.house.vault.open(stored.secret_enc) == added.secret
    assert added.secret not in stored.secret_enc
    assert version(world) == before + 1
    assert [body["external_id"] for body in journal(world, "page_added")] == ["229000001"]
    assert any("ключа доступа" in warning for warning in added.warnings)


def test_one_persons_token_is_one_connection(world):
    """Pages with the same user token share a connection, and so its rate; community tokens stay with their pages."""
    first = add_page(world.house, new("1", user_token="one", community_token="a"), by="cli")
    second = add_page(world.house, new("2", user_token="one", community_token="b"), by="cli")
    third = add_page(world.house, new("3", user_token="two"), by="cli")
    connections = [row(world, page.id).connection_id for page in (first, second, third)]

    assert connections[0] == connections[1] != connections[2]
    held = [
        (one.slot, one.page_id, world.house.vault.open(one.token_enc)) for one in credentials(world, connections[0])
    ]
    assert held == [("community", first.id, "a"), ("community", second.id, "b"), ("user", 0, "one")]


def test_nothing_secret_is_shown_or_journalled(world):
    """Lists and the journal know that there is a token, never which."""
    added = add_page(world.house, new(secret="very-secret", user_token="utoken", community_token="ctoken"), by="cli")
    change_page(world.house, added.id, PageChanges(secret="other-secret", user_token="vtoken"), by="cli")
    shown = repr(list_pages(world.house, None)) + repr(show_page(world.house, added.id, with_address=True))
    with world.database.read() as session:
        shown += "".join(session.exec(select(Journal.body)))

    for secret in ("very-secret", "utoken", "ctoken", "other-secret", "vtoken"):
        assert secret not in shown
    assert [token.slot for token in show_page(world.house, added.id).tokens] == ["user", "community"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"network": "myspace"}, "network"),
        ({"external_id": "-229000001"}, "external_id"),
        ({"external_id": "rayon"}, "external_id"),
        ({"external_id": "https://vk.com/id1234"}, "external_id"),
        ({"external_id": "0"}, "external_id"),
        ({"external_id": "٣"}, "external_id"),
        ({"external_id": "9" * 19}, "external_id"),
        ({"title": "  "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\x1b[31m"}, "title"),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"policy": "nothing"}, "policy"),
        ({"mode": "kill"}, "mode"),
        ({"mode": "enforce"}, "mode"),
        ({"secret": ""}, "secret"),
        ({"secret": "два слова"}, "secret"),
        ({"secret": "x" * 51}, "secret"),
        ({"user_token": "Bearer x"}, "user_token"),
        ({"confirmation": "a b"}, "confirmation"),
    ],
)
def test_a_wrong_field_is_named(world, fields, where):
    """Nothing is stored, and the error names the field and what belongs there."""
    with pytest.raises(InvalidInputError, match="ожида") as caught:
        add_page(world.house, new(**fields), by="cli")

    assert caught.value.where == where
    assert [page.external_id for page in list_pages(world.house, None)] == [row(world, world.page).external_id]


def test_a_page_is_added_once(world):
    """The same page of the same network is a conflict; the same id on another network is another page."""
    add_page(world.house, new(), by="cli")
    with pytest.raises(ConflictError, match="уже добавлена"):
        add_page(world.house, new(), by="cli")

    assert add_page(world.house, new("-100229000001", network="telegram"), by="cli").network == "telegram"


def test_bots_share_a_connection_and_its_secret(world):
    """Chats of one bot are told apart by page; their callback's address and secret are the connection's."""
    first = add_page(world.house, new("-100", network="telegram", community_token="bot", user_token="x"), by="cli")
    second = add_page(world.house, new("-200", network="telegram", community_token="bot"), by="cli")

    assert first.callback_url == second.callback_url != "/callbacks/telegram/"
    assert first.callback_url.startswith("/callbacks/telegram/")
    assert first.secret
    assert second.secret is None
    assert any(warning.startswith("user_token:") for warning in first.warnings)
    assert show_page(world.house, first.id).callback_url is None
    assert show_page(world.house, first.id, with_address=True).callback_url == first.callback_url


def test_enforce_needs_an_act(world):
    """`default` runs in shadow or review only, whichever of policy and mode is changed."""
    added = add_page(world.house, new(policy="talmenka-414", mode="enforce"), by="cli")
    for changes in (PageChanges(policy="default"), PageChanges(policy="default", mode="enforce")):
        with pytest.raises(InvalidInputError, match="нет опубликованного акта"):
            change_page(world.house, added.id, changes, by="cli")
    assert (row(world, added.id).policy_name, row(world, added.id).mode) == ("talmenka-414", "enforce")

    changed = change_page(world.house, added.id, PageChanges(policy="default", mode="review"), by="cli").page
    assert (changed.policy, changed.mode) == ("default", "review")


def test_a_milder_mode_takes_the_machines_actions_back(world):
    """Enforce → review proposes what was not sent, in the transaction that changes the page."""
    action = world.add_action(world.add_comment())
    change_page(world.house, world.page, PageChanges(mode="review"), by="cli")

    assert world.action(action).state == "proposed"
    assert journal(world, "page_changed")[-1]["mode"] == ["enforce", "review"]


def test_a_change_that_changes_nothing_leaves_no_trace(world):
    """Neither the journal nor the version of the configuration moves."""
    added = add_page(world.house, new(user_token="t"), by="cli")
    before = version(world)
    change_page(
        world.house,
        added.id,
        PageChanges(mode="shadow", policy="default", timezone="Europe/Moscow", user_token="t"),
        by="cli",
    )

    assert version(world) == before
    assert journal(world, "page_changed") == []


def test_a_refused_change_changes_nothing(world):
    """A wrong time zone beside a new title leaves the old title."""
    added = add_page(world.house, new(), by="cli")
    with pytest.raises(InvalidInputError):
        change_page(world.house, added.id, PageChanges(title="Другое", timezone="Mars"), by="cli")

    assert show_page(world.house, added.id).title == "Район"


def test_a_dead_token_is_replaced_for_everybody(world):
    """The new token stands in the same slot, alive, without the old one's lessons; what waited for it is due."""
    pages_ = [add_page(world.house, new(str(n), user_token="old"), by="cli").id for n in (1, 2)]
    connection = row(world, pages_[0]).connection_id
    old = credentials(world, connection)[0].id
    with world.database.write() as session:
        session.get_one(Credential, old).dead_at = 1
        session.add(Capability(credential_id=old, method="wall.deleteComment", code="27", until_at=2**60))
    changed = change_page(world.house, pages_[0], PageChanges(user_token="fresh"), by="cli")

    assert [token.dead_at for token in changed.page.tokens] == [None]
    assert [row(world, page).connection_id for page in pages_] == [connection] * 2
    found = credentials(world, connection)
    assert [world.house.vault.open(one.token_enc) for one in found] == ["fresh"]
    with world.database.read() as session:
        assert session.exec(select(Capability)).all() == []


def test_a_living_token_stays_with_the_other_pages(world):
    """A page that gets a token of its own moves to a connection of its own, with its community token and actions."""
    stays = add_page(world.house, new("1", user_token="shared"), by="cli").id
    moves = add_page(world.house, new("2", user_token="shared", community_token="c"), by="cli").id
    old = row(world, stays).connection_id
    with world.database.write() as session:
        session.execute(text("UPDATE page SET connection_id = :c WHERE id = :p"), {"c": old, "p": world.page})
    action = world.add_action(world.add_comment(page=moves), page=moves, connection=old)
    change_page(world.house, moves, PageChanges(user_token="own"), by="cli")
    there = row(world, moves).connection_id

    assert there != old
    assert [world.house.vault.open(one.token_enc) for one in credentials(world, there)] == ["c", "own"]
    assert [world.house.vault.open(one.token_enc) for one in credentials(world, old)] == ["shared"]
    assert world.action(action).connection_id == there


def test_a_page_does_not_move_under_a_sending_worker(world):
    """While an action is being sent the connection holds; nothing of the change is stored."""
    other = add_page(world.house, new("2", user_token="other"), by="cli").id
    world.add_action(world.add_comment(), state="sending")
    with pytest.raises(ConflictError, match="отправляется"):
        change_page(world.house, world.page, PageChanges(title="Новое", user_token="other"), by="cli")

    assert row(world, world.page).title == "Страница"
    assert row(world, other).connection_id != row(world, world.page).connection_id


def test_a_removed_page_leaves_its_history(world):
    """What nobody has sent is cancelled, whoever ordered it; secrets go; the page is no more to be seen."""
    mine = world.add_action(world.add_comment(), ordered_by="person:Иванова")
    theirs = world.add_action(world.add_comment(), state="proposed")
    sending = world.add_action(world.add_comment(), state="sending")
    connection = row(world, world.page).connection_id
    remove_page(world.house, world.page, by="cli")

    assert [world.action(n).state for n in (mine, theirs, sending)] == ["cancelled", "cancelled", "sending"]
    assert world.action(mine).ended_by == "cli"
    assert row(world, world.page).secret_enc is None
    assert credentials(world, connection) == []
    assert list_pages(world.house, None) == ()
    for act in (show_page, lambda house, page: change_page(house, page, PageChanges(), by="cli")):
        with pytest.raises(NotFoundError):
            act(world.house, world.page)


def test_a_removed_page_comes_back_with_its_id(world):
    """What a network calls by one id keeps one history; nothing of the old settings is left."""
    first = add_page(world.house, new(user_token="old", secret="first"), by="cli")
    remove_page(world.house, first.id, by="cli")
    again = add_page(world.house, new(title="Снова"), by="cli")

    assert again.id == first.id
    assert again.secret != "first"
    assert show_page(world.house, again.id).tokens == ()
    assert show_page(world.house, again.id).title == "Снова"


def test_the_last_page_takes_the_shared_token_along(world):
    """A connection keeps its token while a page uses it, and not a moment longer."""
    ids = [add_page(world.house, new(str(n), user_token="shared"), by="cli").id for n in (1, 2)]
    connection = row(world, ids[0]).connection_id
    remove_page(world.house, ids[0], by="cli")
    assert len(credentials(world, connection)) == 1
    remove_page(world.house, ids[1], by="cli")
    assert credentials(world, connection) == []


def test_the_list_counts_what_waits(world):
    """Each page's actions by what they wait for, and when it was last heard of."""
    quiet = add_page(world.house, new(), by="cli").id
    for state in ("pending", "sending", "proposed", "manual", "failed", "done", "shadow"):
        world.add_action(world.add_comment(), state=state)
    busy = show_page(world.house, world.page)

    assert (busy.pending, busy.proposed, busy.manual, busy.failed) == (2, 1, 1, 1)
    assert busy.last_event_at is not None
    silent = show_page(world.house, quiet)
    assert (silent.pending, silent.failed, silent.last_event_at) == (0, 0, None)
    assert [page.id for page in list_pages(world.house, frozenset({quiet}))] == [quiet]
    assert list_pages(world.house, frozenset()) == ()


def test_a_persons_name_stays_out_of_the_journal(world):
    """Entries of administration name an account by its id."""
    create_token(world.house, role="admin", name="Иванова А. П.", pages=None, by="cli")
    added = add_page(world.house, new(), by="person:Иванова А. П.")
    change_page(world.house, added.id, PageChanges(title="Другое"), by="person:Иванова А. П.")

    with world.database.read() as session:
        bodies = "".join(session.exec(select(Journal.body)))
    assert "Иванова" not in bodies
    assert journal(world, "page_changed")[0]["by"].removeprefix("person:").isdigit()


class Network:
    """Knows which tokens work."""

    def __init__(self, *good: str) -> None:
        self.good = good
        self.otherwise = Untold("vk_5")
        self.rights: tuple[Right, ...] = ()
        self.asked: list[tuple[str, Slot, str]] = []
        self.closed = False

    def examine(self, page, one):
        self.asked.append((page, one.slot, one.token))
        assert not one.blocked_methods
        return self.rights if one.token in self.good else self.otherwise

    def close(self):
        self.closed = True


def test_a_check_forgets_lessons_and_revives_what_works(world):
    """Each token is asked alone; one that works is alive again, one that does not is named."""
    added = add_page(world.house, new(user_token="good", community_token="bad"), by="cli")
    connection = row(world, added.id).connection_id
    with world.database.write() as session:
        for one in session.exec(select(Credential).where(Credential.connection_id == connection)):
            one.dead_at, one.dead_code = 1, "5"
            session.add(Capability(credential_id=one.id, method="groups.getMembers", code="27", until_at=2**60))
        session.get_one(Connection, connection).paused_until = 2**60
    network = Network("good")
    checked = check_page(world.house, added.id, {"vk": lambda: network}, by="cli")

    assert {(token.slot, token.works, token.refused, token.code) for token in checked.tokens} == {
        ("user", True, False, ""),
        ("community", False, True, "vk_5"),
    }
    assert not checked.works
    assert sorted(network.asked) == [("229000001", "community", "bad"), ("229000001", "user", "good")]
    assert network.closed
    shown = show_page(world.house, added.id)
    assert {(token.slot, token.dead_at) for token in shown.tokens} == {("user", None), ("community", 1)}
    assert shown.waits_until is None
    with world.database.read() as session:
        assert session.exec(select(Capability)).all() == []


def test_what_a_token_may_not_do_is_known_until_it_may(world):
    """It is kept for this page and a day, a person is asked at once meanwhile, and the next check forgets it."""
    added = add_page(world.house, new(user_token="good", policy="novokuznetsk-59"), by="cli")
    network = Network("good")
    delete, ban = ActionKind.DELETE_COMMENT, ActionKind.BAN_AUTHOR
    network.rights = (Right(delete, None), Right(ban, False, "no_rights"))
    checked = check_page(world.house, added.id, {"vk": lambda: network}, by="cli")

    assert checked.works
    assert checked.tokens[0].rights == network.rights
    [lack] = checked.lacks
    assert (
        lack == "Правила велят заблокировать автора, а ни один ключ страницы этого не может: программа поставит задачу."
    )
    with world.database.read() as session:
        [kept] = session.exec(select(Capability)).all()
    assert (kept.method, kept.code) == (f"ban_author@{added.id}", "no_rights")
    network.rights = (Right(delete, True), Right(ban, True))
    assert check_page(world.house, added.id, {"vk": lambda: network}, by="cli").lacks == ()
    with world.database.read() as session:
        assert session.exec(select(Capability)).all() == []


def test_a_check_without_a_network_says_nothing_about_the_token(world):
    """A network that is out of reach neither revives a token nor refuses it."""
    added = add_page(world.house, new(user_token="good"), by="cli")
    network = Network()
    network.otherwise = Untold("unreachable", transient=True)
    checked = check_page(world.house, added.id, {"vk": lambda: network}, by="cli")

    [token] = checked.tokens
    assert (token.works, token.refused, token.code, checked.works) == (False, False, "unreachable", False)
    world.sql("UPDATE credential SET token_enc = 'sealed elsewhere'")
    [token] = check_page(world.house, added.id, {"vk": lambda: network}, by="cli").tokens
    assert (token.works, token.refused, token.code) == (False, False, "sealed_with_another_key")


def test_a_check_needs_a_page_and_a_network(world):
    """An unknown page and a network without a client are refused before anything is asked."""
    other = add_page(world.house, new(network="ok"), by="cli")
    with pytest.raises(NotFoundError):
        check_page(world.house, 5, {}, by="cli")
    with pytest.raises(InvalidInputError, match="ok"):
        check_page(world.house, other.id, {}, by="cli")


def test_two_people_who_add_the_same_page_meet_a_conflict(world, monkeypatch):
    """The database's own index decides where both looked before either wrote."""
    add_page(world.house, new(), by="cli")
    monkeypatch.setattr(pages.queries, "page_at", lambda *_: None)
    with pytest.raises(ConflictError, match="уже добавлена"):
        add_page(world.house, new(), by="cli")


def test_a_page_says_whose_it_is_and_when_its_office_works(world):
    """Both are shown as they were set, journalled without the hours, and taken back by an empty calendar."""
    hours = {"week": {"mon": ["08:30", "17:30"]}, "days_off": ["2027-01-11"]}
    page_id = add_page(world.house, new(office="settlement", calendar=hours), by="cli").id
    shown = show_page(world.house, page_id)
    assert (shown.office, shown.calendar) == ("settlement", hours)
    changed = change_page(world.house, page_id, PageChanges(office="head", calendar={}), by="cli").page
    assert (changed.office, changed.calendar) == ("head", {})
    assert journal(world, "page_changed")[-1].items() >= {"office": ["settlement", "head"], "calendar": True}.items()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"office": "school"}, "office"), ({"calendar": {"week": {"mon": ["9", "18"]}}}, "calendar.week.mon")],
)
def test_a_kind_of_page_or_hours_that_mean_nothing_are_refused(world, wrong, where):
    """Nothing of the page is stored or changed then."""
    with pytest.raises(InvalidInputError) as refused:
        add_page(world.house, new(**wrong), by="cli")
    assert refused.value.where == where
    page_id = add_page(world.house, new(), by="cli").id
    with pytest.raises(InvalidInputError):
        change_page(world.house, page_id, PageChanges(title="Другое", **wrong), by="cli")
    assert row(world, page_id).title == "Район"


def test_a_gap_that_nobody_can_read_again_is_for_eyes(world):
    """Where the network lists nothing, the page says from when to when a person has to look, in its own time."""
    added = add_page(world.house, new(timezone="Asia/Novokuznetsk"), by="cli")
    hour = 3_600_000_000
    start = world.clock.now() // hour * hour
    with world.database.write() as session:
        for number, code in ((1, "asked"), (2, "not_readable")):
            row = Reread(
                id=number,
                page_id=added.id,
                from_at=start - hour,
                to_at=start,
                state="failed",
                code=code,
                created_at=start,
            )
            row.ended_at = world.clock.now()
            session.add(row)
    shown = show_page(world.house, added.id).gap

    assert shown is not None
    local = [
        f"{datetime.fromtimestamp(at / 10**6, UTC) + timedelta(hours=7):%d.%m.%Y %H:%M}" for at in (start - hour, start)
    ]
    assert shown.by_eye == (
        f"сеть не даёт перечитать пропущенное: комментарии, написанные с {local[0]} по {local[1]}, проверьте глазами"
    )
    with world.database.write() as session:
        session.delete(session.get_one(Reread, 2))
    assert show_page(world.house, added.id).gap.by_eye == ""
