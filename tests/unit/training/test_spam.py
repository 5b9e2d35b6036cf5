"""What teaches the question of spam."""

import numpy as np
import pytest
from scipy import sparse

from training.dataset import Row, read_words
from training.spam import spam_task, without_doubtful


def _row(text, number, **values):
    row = Row(text, values.pop("source", "chat-a"), values.pop("kind", "chat"), **values)
    read_words(row)
    row.cluster = number
    return row


@pytest.fixture
def rows():
    """Spam and talk of two words each, with talk labelled spam by its source and by people."""
    spam = [_row("казино бонус", n, spam=True) for n in range(40)]
    talk = [_row("привет всем", 100 + n, spam=False, source="chat-b") for n in range(160)]
    wrong = _row("привет всем", 300, spam=True)
    people = _row("привет всем", 301, spam=True, types=(), kind="comment", source="samples/a")
    return [*spam, *talk, wrong, people]


def test_talk_labelled_as_spam_by_its_source_is_left_out(rows):
    """Spam that reads as talk loses its weight, unless people called it spam; nothing else changes."""
    task = spam_task(rows, list(range(len(rows))))
    names = sorted({word for row in rows for word in row.words})
    features = sparse.csr_matrix([[float(name in row.words) for name in names] for row in rows])
    clusters = np.array([row.cluster for row in rows])
    kept = without_doubtful(task, rows, features, 0, clusters, jobs=1)
    left_out = {int(task.rows[n]) for n in np.flatnonzero((kept.weights == 0) & (task.weights > 0))}
    assert left_out == {200}
    assert (kept.answers == task.answers).all()


def test_spam_counts_for_more_than_talk(rows):
    """Spam is rare among comments, so each weighs for several; foreign spam for one."""
    rows = [*rows, _row("casino bonus", 302, spam=True)]
    task = spam_task(rows, list(range(len(rows))))
    weights = dict(zip(task.rows.tolist(), task.weights.tolist(), strict=True))
    assert weights[0] > weights[40] == weights[202] == 1.0
