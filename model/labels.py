"""The names of what a text is scored for; their order is the order of every array of scores."""

from typing import Final

CATEGORIES: Final = ("spam", "insult", "obscenity", "threat")
HEADS: Final = (*CATEGORIES, "appeal")
