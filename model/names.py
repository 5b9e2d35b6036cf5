"""Takes the names of people out of the features, so that whom a comment speaks of changes no verdict."""

from functools import lru_cache
from typing import Any, Final, NamedTuple

from model.lemmas import MAX_WORD, analyses, is_known, is_russian
from model.lexicon import is_coarse, is_rude
from model.likeliest import Key, likeliest, may_be_nearly_all
from model.memory import Answers, Memory
from model.tokens import FIXED, NAME

_SURNAME: Final = frozenset({"Surn", "Patr"})
_PERSON: Final = _SURNAME | {"Name"}
# A word that serves grammar or is a verb first tells what is said: «ли», «мило», «вали» are no names.
_NO_NAME: Final = frozenset({"PRCL", "CONJ", "PREP", "INTJ", "ADVB", "PRED", "NPRO", "VERB", "INFN", "Abbr"})
_SHORTEST: Final = 3
# «козлов» is first of all a surname to the dictionary, «роза» a given name: a narrow majority does not decide. About
# a word that it does not list the dictionary guesses, and only a sure guess of a surname counts.
_MOSTLY: Final = 0.6
_SURELY: Final = 0.9
# A token is asked for twice in a row, by its characters and by its lemma.
_KEPT: Final = 4096
# Whether words of an ending are surnames; bytes as measured on 64-bit CPython, as the keys are short.
_SURE_ENDINGS: Final[Answers[Key, bool]] = Answers(20_000, 330)


class Reading(NamedTuple):
    """How a token enters the features: the form cut into n-grams, and the lemma; both `NAME` for a person's name."""

    form: str
    lemma: str


def _share(found: list[Any], marks: frozenset[str]) -> float:
    """Share of the readings that carry one of the marks; the many cases of a word that never changes count once."""
    weights: dict[tuple[str, bool, object], float] = {}
    for number, one in enumerate(found):
        grammemes = one.tag.grammemes
        marked = not marks.isdisjoint(grammemes)
        fixed = "Fixd" in grammemes
        key = (one.normal_form, marked, "fixed" if fixed else number)
        weights[key] = max(weights.get(key, 0.0), one.score)
    return sum(w for key, w in weights.items() if key[1]) / (sum(weights.values()) or 1.0)


def _is_rough(token: str) -> bool:
    """True when a word of abuse begins anywhere in the token: surnames made of one are abuse."""
    return any(is_rude(token[at:]) or is_coarse(token[at:]) for at in range(max(1, len(token) - 2)))


def _is_name(token: str, key: Key | None) -> bool:
    """Whether a token whose first reading is a person's name is taken for one."""
    if len(token) < _SHORTEST:
        return False
    if key is None and is_known(token):
        found = analyses(token)
        if not all(_NO_NAME.isdisjoint(one.tag.grammemes) for one in found):
            return False
        return _share(found, _PERSON) >= _MOSTLY and not (is_rude(token) or is_coarse(token))
    return _is_sure(token, key) and not _is_rough(token)


def _is_sure(token: str, key: Key | None) -> bool:
    """Whether nearly all readings of a word that is not listed are a surname; the same for all words of an ending."""
    sure = None if key is None else _SURE_ENDINGS.get(key)
    if sure is None:
        sure = may_be_nearly_all(token, _SURNAME) and _share(analyses(token), _SURNAME) >= _SURELY
        if key is not None:
            _SURE_ENDINGS.keep(key, sure)
    return sure


@lru_cache(_KEPT)
def read(token: str) -> Reading:
    """The features of a token form: a name of a person is one fixed feature, a word of abuse is never a name."""
    lemma = lemma_of(token)
    return Reading(NAME if lemma == NAME else token, lemma)


def memories() -> dict[str, Memory]:
    """What is kept of surnames' endings; all scorers of a process share it."""
    return {"surnames": _SURE_ENDINGS.memory()}


def lemma_of(token: str) -> str:
    """The lemma of a token form; `NAME` for a person's name."""
    if token in FIXED or len(token) > MAX_WORD or not is_russian(token):
        return token
    found = likeliest(token)
    if not found:
        return token
    lemma, tag, key = found
    # The other readings are asked only about what may be a name: they cost four times as much.
    if not _PERSON.isdisjoint(tag.grammemes) and _is_name(token, key):
        return NAME
    return lemma.replace("ё", "е")
