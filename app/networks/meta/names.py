"""How this network's pages, people and comments are called in the house.

A Facebook page is its number. An Instagram account and whoever writes there carry a mark before the number, because
the two number their people each for itself.
"""

import re
from typing import Final

from app.domain.json_fields import JsonObject

#: As the house calls this network.
NAME: Final = "meta"
INSTAGRAM: Final = "instagram:"
#: `123_456`: Facebook's names of posts and comments are numbers joined by underscores.
_ID: Final = re.compile(r"[0-9]{1,24}(?:_[0-9]{1,24}){0,3}", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,23}", re.ASCII)


def is_instagram(page: str) -> bool:
    """Whether a page is an account of Instagram."""
    return page.startswith(INSTAGRAM)


def number_of(name: str) -> str:
    """The bare number of a page or a person, '' if there is none."""
    bare = name.removeprefix(INSTAGRAM)
    return bare if _NUMBER.fullmatch(bare) else ""


def is_id(value: str) -> bool:
    """Whether this may be the name of a post or a comment."""
    return _ID.fullmatch(value) is not None


def id_in(source: JsonObject, name: str) -> str:
    """The id in a field, written as a string or as a number; '' for anything else."""
    value = source.get(name)
    if type(value) is int and value > 0:
        value = str(value)
    return value if isinstance(value, str) and is_id(value) else ""
