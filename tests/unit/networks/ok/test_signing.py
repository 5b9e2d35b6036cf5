"""Calls are signed as OK signs them: MD5 over sorted parameters in UTF-8 and a key made of token and secret."""

import hashlib

from app.networks.ok.signing import session_key, signature

TOKEN = "-s-84W-s3egarWUsbkq-IWTucuedzTKT8VUXIA.s4Xx8IW7"
SECRET = "ABC123DEF456GHI789JKL123"


def test_a_published_vector() -> None:
    """A client library's documents show token, secret, key and signature of one call."""
    key = session_key(TOKEN, SECRET)
    assert key == "b1a2b89707a94624c43afae67d59274c"
    params = {"method": "events.get", "format": "json", "application_key": "ABCDEFGHIGKLMNOPK"}
    assert signature(params, key) == "232c8eb921951c4dba9b72606f9ddb4c"


def test_a_question_for_comments() -> None:
    """All parameters count, in the order of their names, whatever order they are given in."""
    key = session_key("tkn_test_access_token", "test_application_secret_key")
    assert key == "275b1b6a5877c4334c949d91d2471974"
    params = {
        "method": "discussions.getComments",
        "discussionType": "GROUP_TOPIC",
        "discussionId": "62190641299501",
        "count": "100",
        "anchor": "LAST",
        "format": "json",
        "application_key": "CTESTAPPKEYBABABA",
    }
    assert signature(params, key) == "f92bc4d4178e1525a8842adeea0912e7"


def test_the_token_itself_is_not_signed() -> None:
    """Neither the token nor an older signature changes anything."""
    params = {"method": "events.get"}
    more = params | {"access_token": "x", "session_key": "y", "sig": "z"}
    assert signature(more, "k") == signature(params, "k")


def test_letters_are_signed_in_utf_8() -> None:
    """Cyrillic values are hashed as they are, before any encoding for the way."""
    whole = "text=Приветkey"
    assert signature({"text": "Привет"}, "key") == hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()


def test_a_broken_letter_stops_nothing() -> None:
    """A lone surrogate is signed as a question mark."""
    assert signature({"text": "\ud800"}, "key") == signature({"text": "?"}, "key")
