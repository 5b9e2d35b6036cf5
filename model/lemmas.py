"""Dictionary forms of Russian words."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import pymorphy3
from pymorphy3.dawg import EXTENSION_AVAILABLE

_DICTIONARY: Final = "pymorphy3-dicts-ru"
MAX_WORD = 40
_RUSSIAN = re.compile(r"[а-яё]+(?:-[а-яё]+)*\Z").match


def dictionary_is_fast() -> bool:
    """True when the dictionary is read by the C++ DAWG2 backend; without it a new word costs six times more."""
    return bool(EXTENSION_AVAILABLE)


def dictionary_version() -> str:
    """Version of the word list; other lemmas mean other features."""
    return version(_DICTIONARY)


def dictionary_warnings(libraries: Mapping[str, str]) -> tuple[str, ...]:
    """What is amiss with the installed dictionary for a model made with these versions of `libraries`."""
    warnings = []
    if not dictionary_is_fast():
        warnings.append("the dictionary is read without its C++ extension: six times slower; install pymorphy3[fast]")
    found, expected = dictionary_version(), libraries.get(_DICTIONARY)
    if expected not in (None, found):
        warnings.append(
            f"the model was made with {_DICTIONARY} {expected}, installed is {found}: scores differ from its card"
        )
    return tuple(warnings)


@cache
def analyzer() -> pymorphy3.MorphAnalyzer:
    """The dictionary; made once."""
    return pymorphy3.MorphAnalyzer(lang="ru")


def warm_up() -> None:
    """Load the dictionary, so that the first comment does not wait for it."""
    analyzer()


def is_russian(word: str) -> bool:
    """True for lower-case Cyrillic letters, hyphens between them allowed."""
    return bool(_RUSSIAN(word))


def analyses(word: str) -> list[Any]:
    """The readings of a lower-case Russian word, likeliest first; each has normal_form, tag and score."""
    return list(analyzer().parse(word))


def lemma(word: str) -> str:
    """The dictionary form of a lower-case word, ё written as е; anything that is no Russian word is its own lemma."""
    if len(word) > MAX_WORD or not _RUSSIAN(word):
        return word
    forms = analyzer().normal_forms(word)
    return str(forms[0]).replace("ё", "е") if forms else word


def is_known(word: str) -> bool:
    """True when the dictionary lists this very word form (lower case; е may stand for ё)."""
    if len(word) > MAX_WORD or not _RUSSIAN(word):
        return False
    return bool(analyzer().word_is_known(word))
