"""Deliveries as Meta writes them, with invented people and words."""

import json
from typing import Any

PAGE = "102030405060708"
ACCOUNT = "17841499999999999"
ANNA = "300400500600700"


def comment(verb: str = "add", **fields: Any) -> dict[str, Any]:
    """A change of a Facebook page: something happened to a comment; a field that is None is left out."""
    value: dict[str, Any] = {
        "item": "comment",
        "verb": verb,
        "comment_id": "555666777_888999",
        "post_id": f"{PAGE}_555666777",
        "parent_id": f"{PAGE}_555666777",
        "from": {"id": ANNA, "name": "Анна"},
        "message": "Почему не чистят снег?",
        "created_time": 1_790_000_000,
    }
    return {"field": "feed", "value": {name: one for name, one in (value | fields).items() if one is not None}}


def media_comment(**fields: Any) -> dict[str, Any]:
    """A change of an Instagram account: a comment under a photo."""
    value: dict[str, Any] = {
        "id": "17870000000000001",
        "from": {"id": "6600000000000001", "username": "anna"},
        "text": "Почему не чистят снег?",
        "media": {"id": "17880000000000002", "media_product_type": "FEED"},
    }
    return {"field": "comments", "value": value | fields}


def delivery(*changes: dict[str, Any], kind: str = "page", number: str = "", time: object = 1_790_000_001) -> bytes:
    """One entry with these changes."""
    number = number or (PAGE if kind == "page" else ACCOUNT)
    return body({"id": number, "time": time, "changes": list(changes)}, kind=kind)


def body(*entries: dict[str, Any], kind: str = "page") -> bytes:
    """A whole request."""
    return json.dumps({"object": kind, "entry": list(entries)}).encode()
