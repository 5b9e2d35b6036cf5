"""The question whether a text is spam: which texts answer it, with what weight, and what is held out together."""

from training.dataset import Row
from training.tasks import Task, make_task, share_of, weight_of


def spam_task(rows: list[Row], numbers: list[int]) -> Task:
    """Is the text spam? Comments of any tone are negatives too, one of three; whole sources of chat are held out."""
    sources = sorted({rows[n].source for n in numbers if rows[n].kind == "chat"})
    chosen = []
    for n in numbers:
        row = rows[n]
        answer = row.spam
        if answer is None and row.toxic is not None and share_of(row, 3) == 0:
            answer = False
        if answer is not None and row.kind != "word":
            fold = sources.index(row.source) if row.kind == "chat" else share_of(row, len(sources))
            chosen.append((n, answer, (4.0 if answer and not row.foreign else 1.0) * weight_of(row), fold))
    return make_task("spam", chosen, signals=True)
