"""Reads texts by what is known of the chunks between their spaces: most texts need not be cut, nor anything undone."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from model.cache import Generation, TokenCache
from model.normalise import MAX_BEFORE, NOTHING_UNDONE, Layers, Normalised, Undone, grants, undo
from model.ordinary import BEFORE, BEHIND
from model.plain import LONGEST, PLAIN, STRANGE, demand, is_plain_word
from model.tokens import forms
from model.weights import Floats

#: What a chunk or a form is in a text: its place, the form that has none yet, or some of either.
_Item = int | str | tuple[int | str, ...]


class Read(NamedTuple):
    """A text as it was read: the part of the original that is looked at, its plain text, the places of its words."""

    text: str
    plain: str
    undone: Undone
    layers: Layers
    places: list[int]


class Sight:
    """Reads texts with one memory of words."""

    def __init__(self, words: TokenCache) -> None:
        self._words = words

    def read(self, texts: Sequence[str]) -> tuple[list[Read], Floats]:
        """Each text, and the rows that stand at the places of its words."""
        glance = _Glance(texts)
        generation = self._words.having(glance.missing)
        self._words.keep(generation, glance.chunks)
        read = glance.read(generation)
        self._words.count(sum([len(one.places) for one in read]))
        return read, generation.rows


class _Glance:
    """Some texts on their way to the places of their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        # Texts that are not plain as they stand, with their forms; they are normalised once, whatever follows.
        self._normalised: dict[int, Normalised] = {}
        self._plain = list(map(str.lower, texts))
        self._items: list[Sequence[_Item]] = []
        self._new: dict[str, bool] = {}
        #: Chunks that were not known: what they demand, then their forms.
        self.chunks: dict[str, tuple[int, list[str]]] = {}

    def missing(self, generation: Generation) -> Mapping[str, bool]:
        """The words of the texts that a generation lacks, and whether they are plain."""
        self._new, self.chunks = {}, {}
        self._items = [self._look(generation, number, text) for number, text in enumerate(self._texts)]
        return self._new

    def read(self, generation: Generation) -> list[Read]:
        """The texts, once the generation that was looked at last has all of their words."""
        read = []
        for number, (text, plain, items) in enumerate(zip(self._texts, self._plain, self._items, strict=True)):
            places = _places(generation, items)
            if number in self._normalised:
                read.append(Read(text[:MAX_BEFORE], *self._normalised[number], places))
            else:
                read.append(Read(text, plain, NOTHING_UNDONE, (), places))
        return read

    def _look(self, generation: Generation, number: int, text: str) -> Sequence[_Item]:
        if number not in self._normalised:
            small = self._plain[number]
            if len(small) == len(text) <= MAX_BEFORE:
                items = self._look_at_chunks(generation, small)
                if items is not None:
                    # A mention that opens a text is no word of it, so a text with one is cut as a whole.
                    return self._look_for(generation, forms(small)) if "@" in small else items
            self._normalised[number] = undo(text)
        return self._look_for(generation, forms(self._normalised[number].text))

    def _look_at_chunks(self, generation: Generation, small: str) -> list[_Item] | None:
        """The items of a lower-case text that is plain; None for another one."""
        spaced = small.replace("\n", " ").replace("\t", " ")
        chunks = spaced.split(" ")
        items: list[_Item | None] = list(map(generation.plain.get, chunks))
        most = PLAIN
        if None in items:
            get = generation.plain.get
            for at, item in enumerate(items):
                if item is not None:
                    continue
                chunk = chunks[at]
                if len(chunk) > LONGEST:
                    # It is strange, and as long as a text may be: nobody remembers it.
                    return None
                bare = chunk.lstrip(BEFORE).rstrip(BEHIND)
                items[at] = get(bare)
                if items[at] is None:
                    demanded, items[at] = self._look_closely(generation, chunk, bare)
                    if demanded > most:
                        most = demanded
                        if most == STRANGE:
                            return None
        return items if grants(small, spaced, most) else None  # type: ignore[return-value]

    def _look_closely(self, generation: Generation, chunk: str, bare: str) -> tuple[int, _Item]:
        """What a chunk demands, and its item; `bare` is the chunk without the signs around it."""
        known = generation.chunks.get(chunk)
        if known is not None:
            return known[0], known[1:]
        older = generation.older
        if self._new.get(bare) or (older is not None and bare in older.plain) or is_plain_word(bare):
            self._new[bare] = True
            return PLAIN, bare
        if chunk not in self.chunks:
            before = older.chunks.get(chunk) if older is not None else None
            demanded = before[0] if before else demand(chunk)
            self.chunks[chunk] = demanded, [] if demanded == STRANGE else forms(chunk)
        demanded, cut = self.chunks[chunk]
        return demanded, tuple(self._look_for(generation, cut))

    def _look_for(self, generation: Generation, cut: Sequence[str]) -> list[int | str]:
        """The items of forms."""
        items: list[int | str] = []
        for form in cut:
            place = generation.place(form)
            if place is None and form not in self._new:
                self._new[form] = is_plain_word(form)
            items.append(form if place is None else place)
        return items


def _places(generation: Generation, items: Sequence[_Item]) -> list[int]:
    places: list[int] = []
    for item in items:
        if type(item) is int:
            # Nothing stands between two spaces.
            if item:
                places.append(item)
        elif type(item) is str:
            places.append(generation.known(item))
        elif type(item) is tuple:
            places += [one if type(one) is int else generation.known(str(one)) for one in item]
    return places
