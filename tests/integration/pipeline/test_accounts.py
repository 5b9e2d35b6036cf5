"""Keys of people and programs, policies' versions and the red button, on both engines."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from app.domain.errors import ConflictError, InvalidInputError, NotAuthenticatedError, NotFoundError, PolicyError
from app.domain.words import Role
from app.pipeline.administration.accounts import authenticate, create_token, list_tokens, revoke_token
from app.pipeline.administration.pages import NewPage, add_page, show_page
from app.pipeline.administration.pausing import pause, resume
from app.pipeline.administration.policies import (
    add_policy,
    diff_policy,
    ensure_presets,
    list_policies,
    policy_in_force,
    show_policy,
)
from app.policy.rules import load_preset, preset_names
from app.storage.tables import ApiToken, Control, Journal, PolicyVersion
from tests.fakes.thresholds import FakeThresholds
from tests.fakes.world import World

OWN = load_preset("talmenka-414").source.replace('promise = "1/1000"', 'promise = "1/1000" # наш приказ', 1)


@pytest.fixture
def world(database_url):
    """A house with presets."""
    made = World(database_url)
    ensure_presets(made.house)
    yield made
    made.assert_journal_whole()
    made.close()


def add(world, source=OWN, file="own.toml", by="cli", **manifest):
    return add_policy(world.house, source, file, manifest=FakeThresholds(**manifest), by=by)


def kinds(world) -> list[str]:
    with world.database.read() as session:
        return list(session.exec(select(Journal.kind)))


def test_a_token_opens_the_door_until_it_is_revoked(world):
    """It is shown once, stored as a digest, and shows who comes, as what, and where to."""
    token_id, plain = create_token(world.house, role="moderator", name="  Иванова   А. ", pages=[world.page], by="cli")

    assert re.fullmatch(r"dv_[A-Za-z0-9_-]{43}", plain)
    who = authenticate(world.house, plain)
    assert (who.name, who.role, who.pages, who.by) == (
        "Иванова А.", Role.MODERATOR, frozenset({world.page}), "person:Иванова А."
    )  # fmt: skip
    assert who.may_touch(world.page)
    assert not who.may_touch(5)
    with world.database.read() as session:
        assert plain not in repr(session.exec(select(ApiToken)).all())
    assert revoke_token(world.house, token_id, by="cli")
    assert not revoke_token(world.house, token_id, by="cli")
    with pytest.raises(NotAuthenticatedError):
        authenticate(world.house, plain)
    assert kinds(world).count("token_revoked") == 1
    assert [token.revoked_at is not None for token in list_tokens(world.house)] == [True]


@pytest.mark.parametrize("bearer", ["", "dv_", "dv_" + "a" * 43, "Иванова", "dv_ключ", "a" * 100_000, "dv_\x00"])
def test_a_stranger_stays_outside(world, bearer):
    """Whatever is not a token that was given is refused in the same words."""
    create_token(world.house, role="admin", name="А", pages=None, by="cli")
    with pytest.raises(NotAuthenticatedError, match="ключ не подходит"):
        authenticate(world.house, bearer)


def test_one_person_has_one_account(world):
    """A second token of the same name belongs to the same account, with its own role."""
    for role in ("viewer", "admin"):
        create_token(world.house, role=role, name="Иванова", pages=None, by="cli")
    tokens = list_tokens(world.house)

    assert len({token.account_id for token in tokens}) == 1
    assert [token.role for token in tokens] == [Role.VIEWER, Role.ADMIN]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"role": "king"}, "role"),
        ({"name": " "}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": "я" * 101}, "name"),
        ({"pages": [5]}, "page"),
        ({"pages": []}, "page"),
    ],
)
def test_a_wrong_token_is_not_given(world, fields, where):
    """An unknown role or page or a name that is none is refused; no account is left behind."""
    with pytest.raises(InvalidInputError) as caught:
        create_token(world.house, **{"role": "admin", "name": "А", "pages": None, "by": "cli"} | fields)

    assert caught.value.where == where
    assert list_tokens(world.house) == ()


def test_a_token_that_never_was_cannot_be_revoked(world):
    """The number is named."""
    with pytest.raises(NotFoundError, match="77"):
        revoke_token(world.house, 77, by="cli")


def test_presets_are_registered_once(world):
    """Every preset is version 1 word for word; a second start adds nothing."""
    ensure_presets(world.house)
    with world.database.read() as session:
        rows = session.exec(select(PolicyVersion)).all()

    assert {(row.name, row.version, row.source) for row in rows} == {
        (name, 1, load_preset(name).source) for name in preset_names()
    }
    assert kinds(world).count("policy_added") == len(preset_names())


def test_replicas_that_start_at_one_moment_register_presets_once(database_url):
    """However many look at the same empty table, each preset is there once and nobody fails."""
    world = World(database_url)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ensure_presets, [world.house] * 6))
    with world.database.read() as session:
        rows = sorted((row.name, row.version) for row in session.exec(select(PolicyVersion)))

    assert rows == [(name, 1) for name in preset_names()]
    world.assert_journal_whole()
    world.close()


def test_an_offices_own_text_outlives_an_upgrade(world):
    """A preset that an office has replaced is not put back in force at the next start."""
    add(world)
    ensure_presets(world.house)
    with world.database.read() as session:
        assert policy_in_force(session, "talmenka-414").version == 2


def test_a_changed_preset_becomes_the_next_version(world):
    """A text that came with an older product gives way to the new one; the old row stays."""
    with world.database.write() as session:
        row = policy_in_force(session, "default")
        row.digest, row.source = "0" * 64, row.source + "# старый\n"
    ensure_presets(world.house)

    assert show_policy(world.house, "default").version == 2
    assert show_policy(world.house, "default", 1).source.endswith("# старый\n")
    assert "-# старый" in diff_policy(world.house, "default", None, None)


def test_an_own_policy_is_the_next_version(world):
    """The same text twice is one version; who added it is kept."""
    first, again = add(world, by="person:Иванова"), add(world)

    assert (first.version, again.version, first.id) == (2, 2, again.id)
    assert {p.name: (p.version, p.created_by) for p in list_policies(world.house)}["talmenka-414"] == (
        2,
        "person:Иванова",
    )
    assert '+promise = "1/1000" # наш приказ' in diff_policy(world.house, "talmenka-414", 1, 2)
    assert diff_policy(world.house, "talmenka-414", 2, 2) == ""


def test_a_policy_that_does_not_hold_is_refused(world):
    """A slip of the pen and a promise that the model does not hold name the file and the key."""
    with pytest.raises(PolicyError, match=r"own\.toml.*colour"):
        add(world, OWN.replace("[act]", "colour = 1\n[act]"))
    with pytest.raises(PolicyError, match=r"own\.toml: categories\.\w+\.promise"):
        add(world, promises={})
    assert show_policy(world.house, "talmenka-414").version == 1


def test_a_policy_cannot_pull_the_rug_from_under_a_page(world):
    """A text that forbids the mode in which a page runs is refused and names the page."""
    page = NewPage("vk", "1", "Район", policy="talmenka-414", mode="enforce")
    added = add_page(world.house, page, by="cli")
    milder = OWN.replace('live_modes = ["shadow", "review", "enforce"]', 'live_modes = ["shadow", "review"]')
    assert milder != OWN
    with pytest.raises(ConflictError, match=str(added.id)):
        add(world, milder)


def test_what_is_not_there_is_named(world):
    """An unknown policy lists the known ones, an unknown version the last one."""
    with pytest.raises(NotFoundError, match="novokuznetsk-59"):
        show_policy(world.house, "nothing")
    with pytest.raises(NotFoundError, match="последняя: 1"):
        show_policy(world.house, "default", 2)


@pytest.mark.parametrize("everywhere", [True, False])
def test_the_red_button(world, everywhere):
    """Sending stops and goes on; pressing twice keeps the first time and leaves one entry."""
    page = None if everywhere else world.page
    first = pause(world.house, page, "person:Иванова")
    world.clock.advance(5)
    second = pause(world.house, page, "cli")

    assert (first.changed, second.changed) == (True, False)
    assert (second.paused_at, second.paused_by) == (first.paused_at, "person:Иванова")
    with world.database.read() as session:
        everything = session.get_one(Control, 1).paused_at
    assert (everything, show_page(world.house, world.page).paused_at) == (
        (first.paused_at, None) if everywhere else (None, first.paused_at)
    )
    action = world.add_action(world.add_comment())
    world.work_off()
    assert world.action(action).state == "pending"
    assert resume(world.house, page, "cli").changed
    assert not resume(world.house, page, "cli").changed
    world.work_off()
    assert world.action(action).state == "done"
    assert (kinds(world).count("paused"), kinds(world).count("resumed")) == (1, 1)


def test_an_unknown_page_cannot_be_paused(world):
    """The number is named."""
    with pytest.raises(NotFoundError, match="77"):
        pause(world.house, 77, "cli")


def test_administration_is_readable_json(world):
    """Every entry of the journal is JSON with its kind and who did it."""
    create_token(world.house, role="admin", name="А", pages=None, by="cli")
    with world.database.read() as session:
        bodies = [json.loads(body) for body in session.exec(select(Journal.body))]
    assert all({"at", "kind", "subject", "by"} <= body.keys() for body in bodies)
