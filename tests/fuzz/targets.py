"""What coverage-guided fuzzing feeds with bytes: each target takes any bytes and raises only when a promise is broken."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from app.domain.copies import text_print
from app.domain.doors import Delivered
from app.domain.errors import PayloadRejectedError
from app.domain.events import Event, Written
from app.domain.judged import TEXT_LIMIT, judged_text, only_links
from app.networks.vk.inbound import parse
from app.networks.vk.verify import decode, secret_matches
from app.settings import Settings
from app.wiring import all_networks
from model.normalise import MAX_BEFORE, normalise, rewrite
from model.tokens import forms, tokens
from tests.properties.storing import storable

#: What people disguise words with: ASCII and 128 more signs, one for each byte.
SIGNS: Final = "".join(map(chr, range(128))) + (
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    "αρχυΧΑꙋѕЅіІӏᴀᴋ½²①Ⓐ🅰𝕒ａｘﷺﬁ®€£¥×«»—–…№•·\u0301\u0306\u0336\u200b\u200d\ufe0f\u202e\xad\xa0\u2028\u3000🖕💩🇷🇺ʼʹ\ufffd\ud800ҐґЇїөﺍ"
)


def vk(data: bytes) -> None:
    """A callback's body: an event of storable words without the secret, or a typed refusal."""
    try:
        envelope = decode(data)
        secret_matches(envelope, "secret")
        found = parse(envelope, raw=data, retry_counter="1")
    except PayloadRejectedError:
        return
    if not isinstance(found, Event):
        return
    storable(found.body)
    storable(found.key)
    assert 0 < len(found.key) <= 128
    assert "secret" not in json.loads(found.raw.decode("utf-8", "surrogatepass"))
    again = parse(decode(data), raw=data)
    assert isinstance(again, Event)
    assert (again.key, again.body) == (found.key, found.body)
    if isinstance(found.body, Written):
        judged = judged_text(found.body.text, found.body.segments)
        assert len(judged) <= TEXT_LIMIT
        only_links(found.body.text, found.body.segments)
        text_print(judged)


def normaliser(data: bytes) -> None:
    """A text: normalised once and for all, the quick way and the long one alike, with places that lead back."""
    # In one byte a sign, a mutation leaves words words.
    text = data.decode("utf-8", "replace") if data[:1] < b"\x80" else "".join(SIGNS[byte] for byte in data)
    done = normalise(text)
    again = normalise(done.text)
    assert again.text == done.text
    assert not any(again.undone)
    long = rewrite(text)
    assert (long.text, long.undone) == (done.text, done.undone)
    found = tokens(done.text)
    assert forms(done.text) == [token.form for token in found]
    last = 0
    for token in found:
        start, end = done.origin(token.start, token.end)
        assert last <= start <= end <= min(len(text), MAX_BEFORE)
        last = start


def doors(data: bytes) -> None:
    """A delivery or an update of every other network: events of storable words with steady keys, or a typed refusal."""
    for network in _KEYED:
        assert network.door is not None
        request = Delivered("POST", {"group": "7"}, {}, data)
        try:
            network.door.answer(request, "confirmation")
            found = network.door.parse(request)
        except PayloadRejectedError:
            found = ()
        again = network.door.parse(request) if found else ()
        updates = network.read_update(data, "-7") if network.read_update else ()
        for event in (*found, *updates):
            if isinstance(event, Event):
                storable(event.body)
                storable(event.key)
                assert event.key
        keys = [one.key for one in found if isinstance(one, Event)]
        assert keys == [one.key for one in again if isinstance(one, Event)]


_KEYED: Final = [one for one in all_networks(Settings()).values() if one.door is not None]
TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {"vk": vk, "normaliser": normaliser, "doors": doors}
