"""Turns a text as citizens write it into plain lower-case words, and remembers where each of them stood."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from model.characters import clean_characters, fix_tokens, is_ordinary_writing, lower, numbers_may_join
from model.disguises import join_pieces, join_spread, rewrite_chunks, spreads
from model.memory import Memory
from model.offsets import Edit, apply, before
from model.plain import LONGEST, NUMBER, PLAIN, STRANGE, demands
from model.verdicts import Verdicts

# NFKC can grow a text eighteen-fold, so it is cut on both sides of that step.
MAX_BEFORE: Final = 16_000
MAX_AFTER: Final = 20_000
# Every step removes what it looks for, so two or three passes are the rule.
_MAX_PASSES: Final = 12


class Undone(NamedTuple):
    """How many places of each kind of disguise were undone."""

    hidden: int
    drawn: int
    spread: int
    stretched: int
    masked: int


NOTHING_UNDONE: Final = Undone(0, 0, 0, 0, 0)


#: The edits of each step.
Layers = Sequence[Sequence[Edit]]


class Normalised(NamedTuple):
    """A plain text, what was undone on the way, and the edits that lead back to the original."""

    text: str
    undone: Undone
    layers: Layers

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind text[start:end], in code points."""
        return before([(start, end)], self.layers)[0]

    def origins(self, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The same for many spans at once."""
        return before(spans, self.layers)


def _cut(text: str) -> list[Edit]:
    return [Edit(MAX_AFTER, len(text), "")] if len(text) > MAX_AFTER else []


def _cut_back(text: str) -> list[Edit]:
    return [Edit(MAX_BEFORE, len(text), "")] if len(text) > MAX_BEFORE else []


def _hides(text: str, edits: Sequence[Edit]) -> int:
    """How many of the cleaned places touch a letter; emoji, foreign quotes and letters are no disguise."""
    return sum(
        1
        for start, end, new in edits
        if (
            (new[:1] != "<" and any(c.isalpha() for c in new))
            or (start and end - start < 3 and text[start - 1].isalpha())
        )
        and not is_ordinary_writing(text[start:end])
    )


class _Rewriting:
    """One text on its way through the steps: what it is so far, the edits and the counts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.layers: list[list[Edit]] = []
        self.counts: dict[str, int] = {}

    def take(self, edits: list[Edit], kind: str = "", count: int = 0) -> bool:
        if not edits:
            return False
        if kind and count:
            self.counts[kind] = self.counts.get(kind, 0) + count
        self.text = apply(self.text, edits)
        self.layers.append(edits)
        return True

    def characters(self) -> bool:
        """The steps that look at characters and contacts; true when something but case changed."""
        edits = clean_characters(self.text)
        changed = self.take(edits, "hidden", _hides(self.text, edits) if edits else 0)
        changed |= self.take(_cut(self.text))
        changed |= self.take(fix_tokens(self.text))
        self.take(lower(self.text))
        return changed

    def words(self) -> bool:
        """The steps that look at words; true when something changed."""
        edits = join_spread(self.text)
        changed = self.take(edits, "spread", len(edits))
        edits = join_pieces(self.text)
        changed |= self.take(edits, "spread", len(edits))
        found = rewrite_chunks(self.text)
        for kind, _ in found:
            self.counts[kind] = self.counts.get(kind, 0) + 1
        changed |= self.take([edit for _, edit in found])
        changed |= self.take(_cut_back(self.text))
        return changed

    def finish(self, *, changed: bool) -> Normalised:
        """The outcome of all further steps; `changed` tells whether the characters just did."""
        changed |= self.words()
        for _ in range(_MAX_PASSES):
            # Another pass is due only where something changed and the outcome is not known to be plain.
            if not changed or _is_plain(self.text):
                break
            changed = self.characters()
            changed |= self.words()
        return self.outcome()

    def outcome(self) -> Normalised:
        get = self.counts.get
        return Normalised(self.text, Undone(*(get(name, 0) for name in Undone._fields)), self.layers)


def rewrite(text: str) -> Normalised:
    """The long way, for any text."""
    state = _Rewriting(text[:MAX_BEFORE])
    changed = state.characters()
    return state.finish(changed=changed)


#: Bytes for what chunks demand. The scorer asks only about texts that had something undone; it knows chunks itself.
MEMORY_BYTES: Final = 2 * 2**20
_verdicts = Verdicts(demands, budget=MEMORY_BYTES, longest=LONGEST)


def memory() -> Memory:
    """How full the memory of chunks is; its hits are texts that had no chunk to judge."""
    return _verdicts.memory()


def _is_plain(small: str) -> bool:
    """True for a lower-case text that the long way would leave as it is."""
    spaced = small.replace("\n", " ").replace("\t", " ")
    return grants(small, spaced, _verdicts.most(spaced.split(" ")))


def grants(small: str, spaced: str, most: int) -> bool:
    """Whether a lower-case text, and the same in one line, grants the most that its chunks demand."""
    if most == STRANGE or spreads(spaced):
        return False
    if most == PLAIN:
        return True
    return not (numbers_may_join(spaced) and fix_tokens(small)) and (most == NUMBER or not join_pieces(small))


def normalise(text: str) -> Normalised:
    """Plain lower-case text; any string is accepted and normalising a second time changes nothing."""
    if len(text) <= MAX_BEFORE:
        small = text.lower()
        if len(small) == len(text) and _is_plain(small):
            return Normalised(small, NOTHING_UNDONE, ())
    return undo(text)


def undo(text: str) -> Normalised:
    """As `normalise`, for a text that is not plain as it stands."""
    state = _Rewriting(text[:MAX_BEFORE])
    changed = state.characters()
    # Links and emoji out of the way, most texts are plain.
    if changed and len(state.text) <= MAX_BEFORE and _is_plain(state.text):
        return state.outcome()
    return state.finish(changed=changed)
