"""Reads labelled texts from a folder, refuses what is not fit for training, and joins near-duplicates into clusters."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from model.normalise import MAX_BEFORE, normalise
from model.signals import measures
from model.tokens import DRAWINGS, forms
from training.clusters import join_clusters
from training.errors import DataError
from training.lines import labels_of, objects
from training.people import Label, read_labels
from training.samples import FOLDER, Sample, held_out, read_samples

FEWEST_ROWS: Final = 50
# Of each answer, so many texts that are no copies of one another.
FEWEST_OF_A_CLASS: Final = 20
# What people decided at the desk; so many near copies of one text count in full.
LABELS: Final = "labels/"
MOST_COPIES: Final = 5
KINDS: Final = ("comment", "reply", "appeal", "post", "official_reply", "official_post")


@dataclass(slots=True)
class Row:
    """One text; a label is None where its file says nothing about it."""

    text: str
    source: str
    kind: str
    toxic: bool | None = None
    spam: bool | None = None
    types: tuple[str, ...] | None = None
    appeal: bool | None = None
    words: tuple[str, ...] = ()
    cluster: int = -1
    # A share of what a text of its kind counts.
    weight: float = 1.0
    look: tuple[float, ...] = ()

    @property
    def foreign(self) -> bool:
        """True for a text with hardly any Russian letters."""
        letters = [c for word in self.words for c in word if c.isalpha()]
        return sum("а" <= c <= "я" for c in letters) * 2 < len(letters)

    @property
    def digest(self) -> str:
        """SHA-256 of the text; stands for it where the text itself must not be kept."""
        return hashlib.sha256(self.text.strip().encode("utf-8", "surrogatepass")).hexdigest()


def _flag(path: Path, number: int, value: dict[str, Any], name: str) -> bool:
    if name not in value:
        raise DataError(path, f"field {name!r} is missing", number)
    if value[name] not in (0, 1):
        raise DataError(path, f"unknown label {name} = {value[name]!r}, expected 0 or 1", number)
    return bool(value[name])


def _source(path: Path, number: int, value: dict[str, Any]) -> str:
    source = value.get("source")
    if not isinstance(source, str) or not source:
        raise DataError(path, "field 'source' is missing or empty", number)
    return source


def _toxic(path: Path, number: int, value: dict[str, Any]) -> Row:
    flag = _flag(path, number, value, "toxic")
    return Row(value["text"], _source(path, number, value), "comment", toxic=flag)


def _spam(path: Path, number: int, value: dict[str, Any]) -> Row:
    return Row(value["text"], _source(path, number, value), "chat", spam=_flag(path, number, value, "spam"))


def _municipal(path: Path, number: int, value: dict[str, Any]) -> Row:
    kind = value.get("kind")
    if kind not in KINDS:
        raise DataError(path, f"unknown kind {kind!r}, expected one of {', '.join(KINDS)}", number)
    return Row(value["text"], _source(path, number, value), kind, toxic=False, spam=False)


def _labelled(path: Path, number: int, value: dict[str, Any]) -> Row:
    labels, appeal = labels_of(path, number, value)
    return _by_people(value["text"], f"{path.stem}/{value.get('source', 'people')}", labels, appeal=appeal)


def _by_people(text: str, source: str, labels: tuple[str, ...], *, appeal: bool | None) -> Row:
    """A text whose kinds people named."""
    types = tuple(label for label in labels if label != "spam")
    return Row(text, source, "comment", bool(types), "spam" in labels, types, appeal)


def label_row(label: Label) -> Row:
    """A text that people decided about at the desk; no source of its own proves promises."""
    return _by_people(label.text, f"{LABELS}{label.source}", label.labels, appeal=label.appeal)


Parse = Callable[[Path, int, dict[str, Any]], Row]
# What a folder may hold besides the list of clean words; the first three are needed for training.
FILES: Final[dict[str, Parse]] = {
    "toxic.jsonl": _toxic,
    "municipal.jsonl": _municipal,
    "spam.jsonl": _spam,
    "spam_other_lang.jsonl": _spam,
    "types.jsonl": _labelled,
}


def _read(path: Path, parse: Parse, *, fewest: int = FEWEST_ROWS, classes: str | None = None) -> list[Row]:
    rows = [parse(path, number, value) for number, value in objects(path)]
    if len(rows) < fewest:
        raise DataError(path, f"{len(rows)} rows, expected at least {fewest}")
    if classes and len({getattr(row, classes) for row in rows}) < 2:
        raise DataError(path, f"one class only: every row has {classes} = {int(getattr(rows[0], classes))}")
    return rows


# Rows of the word list with these substrings still hold real swearing.
_UNSURE: Final = frozenset({"залуп", "пидар", "говн", "дроч", "жоп", "хер", "срат"})


_FORMS_A_LEMMA: Final = 3
_RARE: Final = 1000


def _clean_words(path: Path) -> list[Row]:
    """One text per dictionary word that only contains an obscene one: «команда», «рубля»."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(path, f"cannot be read ({error})") from error
    if not lines or lines[0].split("\t") != ["wordform", "lemma", "substring"]:
        raise DataError(path, "expected the columns wordform, lemma, substring", 1)
    frequent = Counter(line.rpartition("\t")[2] for line in lines[1:])
    forms_of: dict[str, list[tuple[str, bool]]] = {}
    for number, line in enumerate(lines[1:], 2):
        parts = line.split("\t")
        if len(parts) != 3:
            raise DataError(path, f"{len(parts)} columns, expected 3", number)
        if parts[2] not in _UNSURE:
            forms_of.setdefault(parts[1], []).append((parts[0], frequent[parts[2]] < _RARE))
    rows = []
    for _, held in sorted(forms_of.items()):
        # A few forms teach a long paradigm; of the rare substrings every form is wanted.
        step = max(1, len(held) // _FORMS_A_LEMMA)
        chosen = [word for word, rare in sorted(held) if rare] + [word for word, rare in sorted(held) if not rare][
            ::step
        ]
        rows += [Row(word, "clean_words", "word", toxic=False) for word in chosen]
    return rows


def read_words(row: Row) -> None:
    """Fill in what training needs of a text: its tokens and its look."""
    normalised = normalise(row.text)
    words = forms(normalised.text)
    # The clean comments of these collections lost their emoji and toxic ones kept them: they give the label away.
    row.words = tuple(word for word in words if word not in DRAWINGS) if row.source.startswith("ok_") else tuple(words)
    row.look = measures(row.text[:MAX_BEFORE], normalised.undone)


def sample_row(sample: Sample) -> Row:
    """A comment written for the project, as a text that people labelled."""
    return _by_people(sample.text, f"samples/{sample.group}", sample.labels, appeal=sample.appeal)


def read_folder(folder: Path, labels: Path | None = None, samples: Path = FOLDER) -> list[Row]:
    """All rows of a data folder, people's labels and the project's own samples behind them.

    toxic.jsonl, municipal.jsonl and spam.jsonl must be there; spam_other_lang.jsonl and the list of clean words may be.
    Left out: exact repetitions inside one source, and what is only measured (a third of the samples, a third of the
    random sample that people answered) with its copies.

    Raises DataError.
    """
    rows = _read(folder / "toxic.jsonl", _toxic, classes="toxic")
    rows += _read(folder / "municipal.jsonl", _municipal)
    rows += _read(folder / "spam.jsonl", _spam, classes="spam")
    if (folder / "spam_other_lang.jsonl").exists():
        rows += _read(folder / "spam_other_lang.jsonl", _spam)
    if (folder / "clean_words_with_obscene_substrings.tsv").exists():
        rows += _clean_words(folder / "clean_words_with_obscene_substrings.tsv")
    people = None if labels is None else read_labels(labels)
    rows += [label_row(label) for label in people.taught] if people else []
    written = read_samples(samples)
    rows += [sample_row(sample) for sample in written if not held_out(sample.id)]
    measured = [sample_row(sample) for sample in written if held_out(sample.id)]
    measured += [label_row(label) for label in people.measured] if people else []
    kept = _without_repetitions(rows)
    for row in measured:
        read_words(row)
    join_clusters([*kept, *measured])
    held = {row.cluster for row in measured}
    kept = [row for row in kept if row.cluster not in held]
    _share_weight([row for row in kept if row.source.startswith(LABELS)])
    for name, answer in (("toxic", "toxic"), ("spam", "spam")):
        _check_classes(folder / f"{name}.jsonl", kept, answer)
    return kept


def _share_weight(rows: list[Row]) -> None:
    """A template that people were shown many times counts as a few texts, however often they decided about it."""
    copies = Counter(row.cluster for row in rows)
    for row in rows:
        row.weight = min(1.0, MOST_COPIES / copies[row.cluster])


def _without_repetitions(rows: list[Row]) -> list[Row]:
    seen = set()
    kept = []
    for row in rows:
        read_words(row)
        key = (row.source, row.toxic, row.spam, row.words)
        if row.words and key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def _check_classes(path: Path, rows: list[Row], name: str) -> None:
    """Copies of one text are one text: they are held out together, so a class of copies could not be measured."""
    for answer in (True, False):
        different = {row.cluster for row in rows if row.types is None and getattr(row, name) is answer}
        if len(different) < FEWEST_OF_A_CLASS:
            found = f"{name} = {int(answer)}: {len(different)} different texts"
            raise DataError(path, f"{found}, expected at least {FEWEST_OF_A_CLASS}")


def read_present(folder: Path) -> list[Row]:
    """The rows of whatever files a folder holds, as they are; for measuring. Raises DataError."""
    present = [name for name in FILES if (folder / name).exists()]
    if not present:
        raise DataError(folder, f"nothing to measure on, expected some of {', '.join(FILES)}")
    return [row for name in present for row in _read(folder / name, FILES[name], fewest=1)]


def file_digests(folder: Path, labels: Path | None = None, samples: Path = FOLDER) -> dict[str, str]:
    """SHA-256 of every data file that training or measuring reads; samples under their folder's name."""
    names = [*FILES, "clean_words_with_obscene_substrings.tsv"]
    paths = {name: path for name in names if (path := folder / name).exists()}
    if labels is not None:
        paths[f"{LABELS}{labels.name}" if labels.name in paths else labels.name] = labels
    paths |= {f"samples/{path.name}": path for path in sorted(samples.glob("*.jsonl"))}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}
