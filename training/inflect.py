"""Makes the list of rude word forms that the normaliser looks for from the lemmas written for this project."""

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pymorphy3

LEMMAS: Final = Path(__file__).parent / "rude_words.txt"
FORMS: Final = Path(__file__).parent.parent / "model" / "rude_forms.txt"
SECTIONS: Final = ("taboo", "insult", "coarse", "harsh")
# Without a mark a word is rare, with "!" common, with "!!" the first that comes to mind.
TIERS: Final = 3
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_PREFIXES: Final = {
    "": "-",
    "P": "- за на вы до у по про при пере от рас раз под об о ис с в недо",
    "Q": "- за на вы до у по про при пере не недо от отъ объ об разъ раз съ с подъ под въ взъ изъ из доза",
    "S": "- за на вы до у по про при пере на обо рас с о из ис",
}
_LEFT_OUT: Final = {"GRND"}
_SHORTEST_HARSH: Final = 4


def _shared(one: str, other: str) -> int:
    """How many letters two words have in common at their beginning."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _parse(analyzer: pymorphy3.MorphAnalyzer, lemma: str) -> pymorphy3.analyzer.Parse:
    found = analyzer.parse(lemma)
    own = [p for p in found if p.normal_form.replace("ё", "е") == lemma.replace("ё", "е")]
    return (own or found)[0]


def _rare(tag: pymorphy3.tagset.OpencorporaTag) -> bool:
    """A participle that hardly anybody builds from a swear word with a prefix."""
    return tag.POS in ("PRTF", "PRTS") and not ("pssv" in tag and "past" in tag and tag.case in (None, "nomn"))


def _inflect(analyzer: pymorphy3.MorphAnalyzer, lemma: str, *, prefixed: bool) -> Iterator[str]:
    for form in _parse(analyzer, lemma).lexeme:
        if form.tag.POS in _LEFT_OUT or (prefixed and _rare(form.tag)):
            continue
        if form.tag.POS == "ADJF" and form.word.startswith(("наи", "по")) and not lemma.startswith(("наи", "по")):
            continue
        yield form.word.replace("ё", "е")


def _like(analyzer: pymorphy3.MorphAnalyzer, lemma: str, model: str, *, prefixed: bool) -> Iterator[str]:
    """Forms of a lemma with the endings of a dictionary word; a common ending of the two is replaced."""
    shared = _shared(lemma[::-1], model[::-1])
    stem, kept = lemma[: len(lemma) - shared], len(model) - shared
    for form in _inflect(analyzer, model, prefixed=prefixed):
        if form.startswith(model[:kept]):
            yield stem + form[kept:]


def _forms(analyzer: pymorphy3.MorphAnalyzer, entry: str) -> Iterator[str]:
    prefix = re.match(r"\{([A-Z])\}", entry)
    body = entry[prefix.end() :] if prefix else entry
    stem, bar, endings = body.partition("|")
    lemma, equals, model = body.partition("=")
    if bar:
        forms = [stem + ending.replace("_", "") for ending in endings.split(",")]
    elif equals:
        forms = list(_like(analyzer, lemma, model, prefixed=bool(prefix)))
    else:
        forms = list(_inflect(analyzer, lemma, prefixed=bool(prefix)))
    for before in _PREFIXES[prefix.group(1) if prefix else ""].split():
        for form in forms:
            yield before.strip("-") + form


def inflect(text: str) -> dict[str, int]:
    """Word forms, ё as е, each with its class: TIERS times the number of its section, plus how common the word is.

    Raises ValueError with the line that cannot be read.
    """
    analyzer = pymorphy3.MorphAnalyzer(lang="ru")
    classes: dict[str, int] = {}
    section = -1
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        if entry.startswith("["):
            section = SECTIONS.index(entry.strip("[]"))
            continue
        tier = len(entry) - len(entry.lstrip("!"))
        found = [form.replace("ё", "е") for form in _forms(analyzer, entry.lstrip("!"))]
        if section < 0 or not found:
            raise ValueError(f"line {number}: {line!r} gives no word forms")
        for form in found:
            if not re.fullmatch("[а-я]{2,32}", form) or (section and len(form) < _SHORTEST_HARSH - (section < 3)):
                continue
            value = TIERS * section + tier
            # The first section that claims a form keeps it; a common lemma makes it common.
            known = classes.get(form)
            if known is None or (known // TIERS == section and value > known):
                classes[form] = value
    return classes


def pack(classes: dict[str, int]) -> str:
    """Sorted forms, one a line: how many letters are shared with the line before, the rest, the class."""
    lines = []
    for before, form in pairwise(["", *sorted(classes)]):
        shared = min(_shared(before, form), len(_DIGITS) - 1)
        lines.append(f"{_DIGITS[shared]}{form[shared:]}{_DIGITS[classes[form]]}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write model/rude_forms.txt anew."""
    classes = inflect(LEMMAS.read_text(encoding="utf-8"))
    FORMS.write_text(pack(classes), encoding="utf-8")
    sys.stdout.write(f"{len(classes)} forms\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
