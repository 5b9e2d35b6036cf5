"""Texts put together for training: complaints amid swearing, bare abuse, clean texts with links and prices."""

import re
from collections.abc import Callable
from random import Random
from typing import Final

from training import made_parts as parts
from training.dataset import Row, read_words

SOURCE: Final = "made"
# The most texts of each kind; none outnumbers the texts of residents that there are.
LINES: Final = 1200
SENTENCES: Final = 1500
COMMENTS: Final = 1000
ABUSE: Final = 1500
CLEAN: Final = 2000
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def complaint(draw: Random) -> str:
    """A short complaint about a service of a town."""
    kind = draw.random()
    if kind < 0.35:
        said = [draw.choice(parts.SUPPLIES), draw.choice(parts.CUT_OFF)]
    elif kind < 0.7:
        said = [draw.choice(parts.NEGLECTED), draw.choice(parts.NOT_DONE)]
    else:
        said = [draw.choice(parts.SERVICES), draw.choice(parts.NOT_WORKING)]
    if draw.random() < 0.3:
        said.reverse()
    if draw.random() < 0.9:
        said.insert(0 if draw.random() < 0.25 else 2, draw.choice(parts.CONSEQUENCES))
    return (", " if draw.random() < 0.3 else " ").join(said)


def sworn(text: str, draw: Random) -> str:
    """The text with swearing in front of it, inside or behind, sometimes in two places."""
    place = draw.random()
    if place < 0.45 or place > 0.9:
        text = f"{draw.choice(parts.BEFORE)} {text}"
    if 0.4 < place < 0.62 or place > 0.95:
        words = text.split()
        words.insert(draw.randrange(1, len(words) + 1), draw.choice(parts.INSIDE))
        text = " ".join(words)
    if 0.58 < place < 0.95:
        text = text.rstrip(".") + draw.choice((", ", " ", ". ", "! ")) + draw.choice(parts.BEHIND)
    return text


def abuse(draw: Random) -> str:
    """Abuse and threats that complain of nothing; also thanks and answers, which speak of the same things."""
    kind = draw.random()
    if kind > 0.9:
        return draw.choice(parts.CONTENT)
    if kind < 0.35:
        text = f"{draw.choice(parts.WHOM)} {draw.choice(parts.CALLED)}"
    elif kind < 0.55:
        text = f"{draw.choice(parts.SENT_OFF)}, {draw.choice(parts.CALLED)}"
    elif kind < 0.7:
        text = f"{draw.choice(parts.WHOM)}, {draw.choice(parts.SENT_OFF)}"
    elif kind < 0.8:
        text = f"{draw.choice(parts.CALLED)} {draw.choice(parts.BEHIND)}"
    else:
        text = f"{draw.choice(parts.BEFORE).strip(',.? ')} {draw.choice(parts.INSIDE)} {draw.choice(parts.BEHIND)}"
    if draw.random() < 0.3:
        text += " " + draw.choice(parts.BEHIND if draw.random() < 0.5 else parts.SENT_OFF)
    return text


def with_advert_signs(text: str, draw: Random) -> str:
    """The clean text with a link, a phone or a price before or behind it; at times the link alone."""
    kind = draw.random()
    link = draw.choice(parts.LINKS)
    if draw.random() < 0.85:
        link = f"{draw.choice(parts.LINK_LEADS)} {link}"
    if kind >= 0.9:
        return link
    sign = link if kind < 0.55 else draw.choice(parts.FACTS)
    return f"{text} {sign}" if draw.random() < 0.7 else f"{sign} {text}"


def _row(text: str, base: Row | None, number: int, *, appeal: bool | None) -> Row:
    """A made text stands in the fold and cluster of the text it is made from, or in a cluster of its own."""
    row = Row(text, base.source if base else SOURCE, base.kind if base else "comment", None, False, None, appeal)
    read_words(row)
    row.cluster = base.cluster if base else -1 - number
    return row


def rude_complaints(
    appeals: list[Row], comments: list[Row], complains: Callable[[Row], bool], draw: Random
) -> list[Row]:
    """Complaints, two of three with swearing: short made ones, sentences of appeals, comments; an appeal stays one."""
    made = []
    for number in range(min(LINES, len(appeals) + len(comments))):
        text = complaint(draw)
        made.append(_row(sworn(text, draw) if draw.random() < 0.75 else text, None, number, appeal=True))
    sentences = [(s, row) for row in appeals for s in _SENTENCE.split(row.text) if 3 <= len(s.split()) <= 16]
    draw.shuffle(sentences)
    taken = 0
    for text, base in sentences:
        plain = _row(text, base, 0, appeal=True)
        if taken < SENTENCES and complains(plain):
            taken += 1
            made.append(_row(sworn(text, draw), base, 0, appeal=True) if draw.random() < 0.6 else plain)
    chosen = [row for row in comments if 3 <= len(row.words) <= 40]
    draw.shuffle(chosen)
    return made + [_row(sworn(row.text, draw), row, 0, appeal=True) for row in chosen[:COMMENTS]]


def bare_abuse(most: int, draw: Random) -> list[Row]:
    """Texts that are no appeal although they are rude or speak of officials."""
    return [_row(abuse(draw), None, LINES + number, appeal=False) for number in range(min(ABUSE, most))]


def clean_with_signs(clean: list[Row], draw: Random) -> list[Row]:
    """Clean texts of residents that hold what adverts hold; nothing is said of whether they are appeals."""
    bases = [row for row in clean if 2 <= len(row.words) <= 80]
    made = []
    for _ in range(min(CLEAN, len(bases))):
        base = draw.choice(bases)
        row = _row(with_advert_signs(base.text, draw), base, 0, appeal=None)
        # Its own kind, so that nobody takes it for a comment as written.
        row.kind = SOURCE
        made.append(row)
    return made
