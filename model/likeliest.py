"""The likeliest reading of a word, found without building all of its readings."""

from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from pymorphy3.units import KnownPrefixAnalyzer, KnownSuffixAnalyzer
from pymorphy3.utils import word_splits

from model.lemmas import analyses, analyzer

_ENDING: Final = 5
_ENDINGS_KEPT: Final = 50_000
# The dictionary lists «ё», people write «е»; without one a word is looked up as it stands, at a fifth of the price.
_REPLACED: Final = "е"


class Found(NamedTuple):
    """The first reading. Where only the word's last letters tell how it is read, `ending` is the same for all such."""

    normal_form: str
    tag: Any
    ending: tuple[str, tuple[bool, ...]] | None = None


class _Ending(NamedTuple):
    """How words with one ending are read: `fixed` replaces so many letters, then the paradigm's form is undone."""

    letters: int
    fixed: str
    paradigm: int
    form: int


class _Analyzers(NamedTuple):
    """The parts of the dictionary that read a word of letters."""

    dictionary: Any
    substitutes: Any
    probability: Any
    prefixes: KnownPrefixAnalyzer
    suffixes: KnownSuffixAnalyzer


@cache
def _parts() -> _Analyzers:
    whole = analyzer()
    units = {type(unit.analyzer): unit.analyzer for unit in whole._units}  # noqa: SLF001 - there is no other way to its parts
    return _Analyzers(
        whole.dictionary,
        whole.char_substitutes,
        whole.prob_estimator.p_t_given_w.prob,
        units[KnownPrefixAnalyzer],
        units[KnownSuffixAnalyzer],
    )


def likeliest(word: str) -> Found | None:
    """The first of `analyses(word)`, None when there is none; at a third of its price."""
    parts = _parts()
    if "-" in word or len(word) < parts.suffixes.min_word_length:
        return _first(word)
    items = parts.dictionary.words.similar_items(word, parts.substitutes)
    if items:
        return _most_probable(word, items, parts)
    for prefix, rest in parts.prefixes.possible_splits(word):
        items = parts.dictionary.words.similar_items(rest, parts.substitutes)
        found = _most_probable(rest, items, parts, productive=True) if items else likeliest(rest)
        if found and found.tag.is_productive():
            return Found(prefix + found.normal_form, found.tag)
    words = parts.dictionary.words
    for prefix, rest in word_splits(word):
        if _REPLACED not in rest and rest not in words:
            continue
        for fixed, readings in words.similar_items(rest, parts.substitutes):
            for paradigm, form in readings:
                tag = parts.dictionary.build_tag_info(paradigm, form)
                if tag.is_productive():
                    return Found(prefix + parts.dictionary.build_normal_form(paradigm, form, fixed), tag)
    return _by_ending(word, parts)


def _most_probable(word: str, items: list[Any], parts: _Analyzers, *, productive: bool = False) -> Found | None:
    """The reading of a listed word that is most usual; of equals, the first."""
    tag_of = parts.dictionary.build_tag_info
    only = len(items) == 1 and len(items[0][1]) == 1
    best, most = None, -1.0
    for fixed, readings in items:
        for paradigm, form in readings:
            tag = tag_of(paradigm, form)
            if productive and not tag.is_productive():
                continue
            share = 0.0 if only else parts.probability(word, tag)
            if share > most:
                best, most = (paradigm, form, fixed, tag), share
    return Found(parts.dictionary.build_normal_form(*best[:3]), best[3]) if best else None


def _by_ending(word: str, parts: _Analyzers) -> Found | None:
    key = (word[-_ENDING:], tuple(map(word.startswith, parts.dictionary.paradigm_prefixes)))
    ending = _ending(*key)
    if ending is None:
        return _first(word)
    fixed = word[: -ending.letters] + ending.fixed
    normal = parts.dictionary.build_normal_form(ending.paradigm, ending.form, fixed)
    return Found(normal, parts.dictionary.build_tag_info(ending.paradigm, ending.form), key)


def _first(word: str) -> Found | None:
    found = analyses(word)
    return Found(found[0].normal_form, found[0].tag) if found else None


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
            for count, paradigm, form in readings:
                if parts.dictionary.build_tag_info(paradigm, form).is_productive():
                    total += count
                    found.append((count, _Ending(letters, fixed, paradigm, form)))
        if total > 1:
            return total, found
    return 1, []
