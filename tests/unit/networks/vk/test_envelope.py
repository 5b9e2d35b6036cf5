"""The envelope of a callback request: what is refused, what is cleaned, and who is believed."""

import json

import pytest

from app.domain.errors import PayloadRejectedError
from app.networks.vk.verify import decode, secret_matches, without_secret
from tests.unit.networks.vk.samples import body, read_body


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", "body"),
        (b"ok", "body"),
        (b"\xff\xfe", "body"),
        (b"\xef\xbb\xbf{}", "body"),
        (b'"\xed\xa0\x80"', "body"),
        (b"[" * 100_000, "body"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'{"type": NaN}', "body"),
        (b'{"type": 1e400}', "type"),
        (b'{"a": ' + b"9" * 5000 + b"}", "body"),
        (b'{"group_id": 1}', "type"),
        (b'{"type": 5, "group_id": 1}', "type"),
        (b'{"type": "x"}', "group_id"),
        (b'{"type": "x", "group_id": 0}', "group_id"),
        (b'{"type": "x", "group_id": -5}', "group_id"),
        (b'{"type": "x", "group_id": true}', "group_id"),
        (b'{"type": "x", "group_id": 1.5}', "group_id"),
        (b'{"type": "x", "group_id": 9223372036854775808}', "group_id"),
    ],
)
def test_what_is_no_envelope_is_refused_by_name(raw: bytes, where: str) -> None:
    """A body that is no callback request is refused with the place that is wrong."""
    with pytest.raises(PayloadRejectedError) as refusal:
        decode(raw)
    assert refusal.value.where == where


def test_the_right_secret_opens() -> None:
    """The page's secret, Cyrillic too, is recognised."""
    assert secret_matches(decode(body("wall_reply_new")), "пример-секрета")


@pytest.mark.parametrize("given", [None, "", "Пример-секрета", "пример-секрета ", 5, ["пример-секрета"], {}, "\ud800"])
def test_any_other_secret_does_not(given: object) -> None:
    """A missing secret, a wrong one and one that is no string do not open."""
    whole = {"type": "wall_reply_new", "group_id": 1} | ({} if given is None else {"secret": given})

    assert not secret_matches(decode(json.dumps(whole).encode()), "пример-секрета")


@pytest.mark.parametrize("given", ["", None])
def test_a_page_without_a_secret_believes_nobody(given: str | None) -> None:
    """An empty secret on our side matches nothing, not even an empty one."""
    whole = {"type": "confirmation", "group_id": 1, "secret": given}

    assert not secret_matches(decode(json.dumps(whole).encode()), "")


def test_evidence_has_no_secret() -> None:
    """What is kept of a body is the whole body except its secret."""
    raw = body("wall_reply_new")
    kept = json.loads(without_secret(decode(raw), raw))

    assert "пример-секрета" not in json.dumps(kept, ensure_ascii=False)
    assert kept == {name: value for name, value in json.loads(raw).items() if name != "secret"}


def test_a_disguised_secret_is_removed_too() -> None:
    """A secret whose name is written with escapes is found."""
    raw = b'{"type": "group_join", "group_id": 1, "object": {}, "\\u0073ecret": "tajna"}'

    assert b"tajna" not in without_secret(decode(raw), raw)


def test_evidence_without_a_secret_is_untouched() -> None:
    """A body that carries no secret is kept byte for byte."""
    raw = body("wall_reply_edit")

    assert without_secret(decode(raw), raw) == raw


def test_a_secret_does_not_show_in_a_representation() -> None:
    """Printing an envelope gives no secret and no text away."""
    shown = repr(decode(body("wall_reply_new")))

    assert "секрет" not in shown
    assert "лестницу" not in shown


def test_lone_surrogates_and_nul_are_replaced() -> None:
    """A broken emoji or a NUL costs the character, not the comment."""
    found = read_body(body("wall_reply_new_hostile"))

    assert found.body.text == "До\ufffdи после \ufffd эмодзи"  # type: ignore[union-attr]
    found.raw.decode()  # type: ignore[union-attr]
