"""The likeliest reading of a word, found without building all of its readings."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from pymorphy3.units import KnownPrefixAnalyzer, KnownSuffixAnalyzer
from pymorphy3.utils import word_splits

from model.lemmas import analyses, analyzer
from model.memory import Memory, of_calls

_ENDING: Final = 5
# How many are kept, and the bytes of one, as measured on 64-bit CPython: their keys are short.
_ENDINGS_KEPT, _ENDING_BYTES = 20_000, 480
_FORMS_KEPT, _FORM_BYTES = 8_000, 400
# The dictionary lists «ё», people write «е»; without one a word is looked up as it stands, at a fifth of the price.
_REPLACED: Final = "е"
#: What tells how a word is read that is not listed: its last letters, and with which paradigms' prefixes it begins.
Key = tuple[str, tuple[bool, ...]]
#: The first reading: normal form and tag; where only the word's ending tells how it is read, what tells it.
Found = tuple[str, Any, Key | None]


class _Form(NamedTuple):
    """A form of a paradigm: how many letters its words begin and end with, and what normal forms have instead."""

    head: int
    tail: int
    normal_head: str
    normal_tail: str
    tag: Any
    productive: bool
    normal: bool


class _Ending(NamedTuple):
    """How words with one ending are read: `fixed` stands in place of so many letters of a word of this form."""

    letters: int
    fixed: str
    form: _Form


class _Analyzers(NamedTuple):
    """The parts of the dictionary that read a word of letters."""

    dictionary: Any
    substitutes: Any
    similar: Any
    probability: Any
    #: False when no reading of a word was ever counted; asked with a colon behind the word.
    is_counted: Callable[[str], bool]
    prefixes: KnownPrefixAnalyzer
    suffixes: KnownSuffixAnalyzer


@cache
def _parts() -> _Analyzers:
    whole = analyzer()
    units = {type(unit.analyzer): unit.analyzer for unit in whole._units}  # noqa: SLF001 - there is no other way to its parts
    counts = whole.prob_estimator.p_t_given_w
    return _Analyzers(
        whole.dictionary,
        whole.char_substitutes,
        whole.dictionary.words.similar_items,
        counts.prob,
        # Only the C++ extension can tell.
        getattr(counts, "has_keys_with_prefix", lambda _: True),
        units[KnownPrefixAnalyzer],
        units[KnownSuffixAnalyzer],
    )


@lru_cache(_FORMS_KEPT)
def _form(paradigm: int, form: int) -> _Form:
    dictionary = _parts().dictionary
    numbers = dictionary.paradigms[paradigm]
    heads = 2 * len(numbers) // 3
    tag = dictionary.build_tag_info(paradigm, form)
    return _Form(
        len(dictionary.paradigm_prefixes[numbers[heads + form]]),
        len(dictionary.suffixes[numbers[form]]),
        dictionary.paradigm_prefixes[numbers[heads]],
        dictionary.suffixes[numbers[0]],
        tag,
        tag.is_productive(),
        form == 0,
    )


def _normal(word: str, form: _Form) -> str:
    if form.normal:
        return word
    return f"{form.normal_head}{word[form.head : len(word) - form.tail]}{form.normal_tail}"


def memories() -> dict[str, Memory]:
    """What is kept of endings and of the paradigms' forms; all scorers of a process share it."""
    return {"endings": of_calls(_ending, _ENDING_BYTES), "forms": of_calls(_form, _FORM_BYTES)}


def likeliest(word: str) -> Found | None:
    """The first of `analyses(word)`, None when there is none; at a third of its price."""
    parts = _parts()
    if "-" in word or len(word) < parts.suffixes.min_word_length:
        return _first(word)
    items = parts.similar(word, parts.substitutes)
    if items:
        return _most_probable(word, items, parts)
    for prefix, rest in parts.prefixes.possible_splits(word):
        items = parts.similar(rest, parts.substitutes)
        found = _most_probable(rest, items, parts, productive=True) if items else likeliest(rest)
        if found and found[1].is_productive():
            return prefix + found[0], found[1], None
    for start, fixed, form in _split(word, parts):
        return start + _normal(fixed, form), form.tag, None
    return _by_ending(word, parts)


def _split(word: str, parts: _Analyzers) -> Iterator[tuple[str, str, _Form]]:
    """The word as some letters and a listed word, which is spelt with «ё» where it has one, and its form."""
    words = parts.dictionary.words
    for start, rest in word_splits(word):
        if _REPLACED not in rest and rest not in words:
            continue
        for fixed, readings in parts.similar(rest, parts.substitutes):
            for reading in readings:
                form = _form(*reading)
                if form.productive:
                    yield start, fixed, form


def may_be_nearly_all(word: str, marks: frozenset[str]) -> bool:
    """Whether nine of ten readings of a word that is not listed may bear one of the marks; False is certain.

    Told only of a word that is read as letters before a listed one. Such a reading weighs half, as much as all readings
    by the ending together for each of the paradigms' prefixes; so the first one alone, without a mark, outweighs a few.
    """
    parts = _parts()
    if "-" in word or any(parts.prefixes.possible_splits(word)) or parts.is_counted(f"{word}:"):
        return True
    marked = [not marks.isdisjoint(form.tag.grammemes) for _, _, form in _split(word, parts)]
    by_ending = len(parts.dictionary.paradigm_prefixes)
    return not marked or marked[0] or sum(marked) + by_ending >= 9


def _most_probable(word: str, items: list[Any], parts: _Analyzers, *, productive: bool = False) -> Found | None:
    """The reading of a listed word that is most usual; of equals, the first."""
    only = (len(items) == 1 and len(items[0][1]) == 1) or not parts.is_counted(f"{word}:")
    if only and not productive:
        fixed, readings = items[0]
        form = _form(*readings[0])
        return _normal(fixed, form), form.tag, None
    best, most = None, -1.0
    for fixed, readings in items:
        for reading in readings:
            form = _form(*reading)
            if productive and not form.productive:
                continue
            share = 0.0 if only else parts.probability(word, form.tag)
            if share > most:
                best, most = (fixed, form), share
    return (_normal(*best), best[1].tag, None) if best else None


def _by_ending(word: str, parts: _Analyzers) -> Found | None:
    key = (word[-_ENDING:], tuple(map(word.startswith, parts.dictionary.paradigm_prefixes)))
    ending = _ending(*key)
    if ending is None:
        return _first(word)
    fixed = word[: -ending.letters] + ending.fixed
    return _normal(fixed, ending.form), ending.form.tag, key


def _first(word: str) -> Found | None:
    found = analyses(word)
    return (found[0].normal_form, found[0].tag, None) if found else None


@lru_cache(_ENDINGS_KEPT)
def _ending(ending: str, prefixed: tuple[bool, ...]) -> _Ending | None:
    """The reading that most words with these last letters have, among those that may begin so."""
    parts = _parts()
    best: _Ending | None = None
    most = 0.0
    for number in reversed(range(len(prefixed))):
        if not prefixed[number]:
            continue
        total, readings = _readings(ending, parts.dictionary.prediction_suffixes_dawgs[number], parts)
        for count, one in readings:
            # Scores as the analyzer computes them, so that ties fall the same way.
            score = count / total * parts.suffixes.score_multiplier
            if score > most:
                best, most = one, score
    return best


def _readings(ending: str, endings: Any, parts: _Analyzers) -> tuple[int, list[tuple[int, _Ending]]]:
    """Total count and readings for the longest end of the ending that is listed."""
    for letters in range(_ENDING, 0, -1):
        total, found = 1, []
        for fixed, readings in endings.similar_items(ending[-letters:], parts.substitutes):
            for count, *reading in readings:
                form = _form(*reading)
                if form.productive:
                    total += count
                    found.append((count, _Ending(letters, fixed, form)))
        if total > 1:
            return total, found
    return 1, []
