"""A channel is checked before it is kept, its address is sealed, its token is shown to nobody."""

import pytest

from app.domain.errors import InvalidInputError, NotFoundError
from app.domain.incident_wording import refusal
from app.pipeline.administration.alert_channels import (
    NewChannel,
    add_channel,
    list_channels,
    remove_channel,
    try_channel,
)
from app.pipeline.watching.telling import Post
from app.storage.tables import AlertChannel, Credential
from tests.fakes.world import START

BOT = "100500:AAE-token_of_a_bot"


@pytest.mark.parametrize(
    ("described", "where"),
    [
        ({"kind": "sms", "address": "1"}, "kind"),
        ({"kind": "email", "address": "имя@adm.example"}, "address"),
        ({"kind": "email", "address": "a@b\r\nBcc: c@d"}, "address"),
        ({"kind": "email", "address": "a@b>,<c@d"}, "address"),
        ({"kind": "email", "address": "@adm.example"}, "address"),
        ({"kind": "email", "address": "a@"}, "address"),
        ({"kind": "email", "address": "a@" + "x" * 300}, "address"),
        ({"kind": "vk", "address": "id1"}, "address"),
        ({"kind": "vk", "address": "15170"}, "page"),
        ({"kind": "telegram", "address": "кому", "token": BOT}, "address"),
        ({"kind": "telegram", "address": "42", "token": "../getMe"}, "token"),
        ({"kind": "email", "address": "a@b.c", "quiet": "22-7"}, "quiet"),
        ({"kind": "email", "address": "a@b.c", "quiet": "22:00-22:00"}, "quiet"),
        ({"kind": "email", "address": "a@b.c", "quiet": "24:00-07:00"}, "quiet"),
        ({"kind": "email", "address": "a@b.c", "timezone": "../etc/passwd"}, "timezone"),
        ({"kind": "email", "address": "a@b.c", "timezone": "Луна"}, "timezone"),
        ({"kind": "email", "address": "a@b.c", "pages": []}, "pages"),
    ],
)
def test_what_cannot_work_is_refused_by_its_field(world, described, where):
    """Nothing is kept, and the error names the field and what is expected there."""
    with pytest.raises(InvalidInputError) as refused:
        add_channel(world.house, NewChannel(**described), by="cli")
    assert refused.value.where == where
    assert world.ids_of(AlertChannel) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("smtp_550", "почтовый сервер не знает такого адреса"),
        ("smtp_452", "почтовый сервер не принял письмо (smtp_452)"),
        ("telegram_429", "Telegram просит подождать"),
        ("telegram_500", "сеть отвечает ошибкой (telegram_500)"),
        ("timeout", "сервер не отвечает"),
    ],
)
def test_why_a_letter_is_not_taken_is_told_in_words(code, words):
    """Whoever reads it learns who refused; a code that nobody knows stands in brackets."""
    assert refusal(code) == words


def test_a_page_that_is_not_there_is_told(world):
    """Neither as what a channel is about nor as who writes."""
    for described in ({"kind": "email", "address": "a@b.c", "pages": [1]}, {"kind": "vk", "address": "5", "page": 1}):
        with pytest.raises(NotFoundError):
            add_channel(world.house, NewChannel(**described), by="cli")


def test_a_russian_domain_is_written_as_servers_know_it(world):
    """The address is kept in the form in which a letter is sent."""
    assert (
        add_channel(world.house, NewChannel("email", " press@президент.рф "), by="cli").address
        == "press@xn--d1abbgf6aiiy.xn--p1ai"
    )


def test_neither_address_nor_token_stands_open_in_the_database(world, box):
    """Both are sealed, a token is not even shown, and removal leaves nothing of them."""
    shown = add_channel(world.house, NewChannel("telegram", "-100", token=BOT), by="cli")
    assert BOT not in repr(NewChannel("telegram", "-100", token=BOT))
    assert "AAE" not in repr(shown)
    row = world.row(AlertChannel, shown.id)
    assert not {"-100", BOT} & {row.target_enc}
    assert "AAE" not in row.target_enc
    assert try_channel(world.house, Post({"telegram": box}), shown.id) == ""
    assert box.letters[0][0] == {"chat": "-100", "token": BOT}
    remove_channel(world.house, shown.id, by="cli")
    assert world.house.vault.open(world.row(AlertChannel, shown.id).target_enc) == "{}"
    assert list_channels(world.house) == ()
    for again in (
        lambda: remove_channel(world.house, shown.id, by="cli"),
        lambda: try_channel(world.house, Post({}), shown.id),
    ):
        with pytest.raises(NotFoundError):
            again()


def test_vk_is_written_with_the_pages_own_living_key(world, box):
    """The key is read when a letter goes out: without one the letter waits for it."""
    shown = add_channel(world.house, NewChannel("vk", "15170", page=world.page), by="cli")
    post = Post({"vk": box})
    assert try_channel(world.house, post, shown.id) == "no_token"
    with world.database.write() as session:
        session.add(
            Credential(
                id=world.house.ids(),
                connection_id=world.connection,
                page_id=world.page,
                slot="community",
                token_enc=world.house.vault.seal("a-community-key"),
                fingerprint="f",
                created_at=START,
            )
        )
    assert try_channel(world.house, post, shown.id) == ""
    [(target, _)] = box.letters
    assert target == {"user": "15170", "page_id": str(world.page), "token": "a-community-key"}
