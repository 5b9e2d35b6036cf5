"""Any number of lines passes through a bounded amount of memory, in order, whole or not at all."""

import json
import os
import stat
from pathlib import Path

import pytest

from app.pipeline import bulk_scoring
from app.pipeline.bulk_scoring import CHUNK_LINES, CHUNKS_AHEAD, chunks_of, lines_of, score_stream, whole_or_nothing
from app.pipeline.scoring import LINE_LIMIT, Recipe
from app.policy.rules import load_preset
from tests.fakes.artefact import write_artefact


class Endless:
    """A file that writes its own lines and remembers how many were read."""

    def __init__(self, lines: int) -> None:
        self.left = lines
        self.read = 0

    def readline(self, size: int = -1) -> bytes:
        if not self.left:
            return b""
        self.left -= 1
        self.read += 1
        return b'{"id": %d, "text": "\xd0\xb4\xd0\xb5\xd0\xbd\xd1\x8c"}\n' % self.read


class Pieces:
    """Bytes with a memory of the longest read."""

    def __init__(self, *parts: bytes) -> None:
        self.content = b"".join(parts)
        self.longest = 0

    def readline(self, size: int = -1) -> bytes:
        end = self.content.find(b"\n") + 1 or len(self.content)
        end = min(end, size) if size >= 0 else end
        line, self.content = self.content[:end], self.content[end:]
        self.longest = max(self.longest, len(line))
        return line


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    folder = tmp_path_factory.mktemp("artefact")
    write_artefact(folder)
    return Recipe(folder, "default.toml", load_preset("default").source)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_read_ahead_is_bounded(recipe, jobs):
    """However long the file is, never more than a round of pieces is read before its answers are handed over."""
    source = Endless(40 * CHUNK_LINES)
    written, most = 0, 0
    for scored in score_stream(recipe, source, jobs=jobs):
        most = max(most, source.read - written)
        written += scored.lines

    assert written == 40 * CHUNK_LINES
    assert most <= (jobs * CHUNKS_AHEAD + 2) * CHUNK_LINES


def test_order_is_kept_over_processes(recipe):
    """Two processes answer in the order of the file."""
    source = Endless(5 * CHUNK_LINES + 3)
    output = b"".join(scored.output for scored in score_stream(recipe, source, jobs=2))

    assert [json.loads(line)["id"] for line in output.splitlines()] == list(range(1, 5 * CHUNK_LINES + 4))


def test_a_small_file_starts_no_process(recipe, monkeypatch):
    """One piece is judged in place, whatever the number of cores."""
    monkeypatch.setattr(bulk_scoring, "Parallel", None)

    assert [scored.lines for scored in score_stream(recipe, Endless(10), jobs=4)] == [10]


def test_a_line_without_an_end_is_not_held_in_memory():
    """Of an endless line only a beginning is kept; the next line is read as itself."""
    source = Pieces(b"x" * (5 * LINE_LIMIT), b"\n", b'{"id": 2}', b"\n")
    lines = list(lines_of(source))

    assert [len(line) for line in lines] == [LINE_LIMIT, len(b'{"id": 2}')]
    assert source.longest <= LINE_LIMIT


def test_lines_are_those_of_the_file():
    """A mark at the beginning is no text, empty lines count, the last line needs no line feed."""
    assert list(lines_of(Pieces(b"\xef\xbb\xbfa\n\nb\r\nc"))) == [b"a", b"", b"b\r", b"c"]
    assert list(lines_of(Pieces(b"a\n"))) == [b"a"]
    assert list(lines_of(Pieces(b""))) == []


def test_chunks_are_bounded_by_lines_and_by_bytes():
    """A chunk is full at so many lines or so many bytes; numbers go on from one to the next."""
    chunks = list(chunks_of(iter([b"a"] * (CHUNK_LINES + 1))))
    assert [(chunk.first, len(chunk.lines)) for chunk in chunks] == [(1, CHUNK_LINES), (CHUNK_LINES + 1, 1)]

    chunks = list(chunks_of(iter([b"a" * (1 << 20)] * 3)))
    assert [(chunk.first, len(chunk.lines)) for chunk in chunks] == [(1, 1), (2, 1), (3, 1)]


def test_a_file_appears_when_it_is_whole(tmp_path):
    """While it is written its name does not exist; then it holds everything and nothing else is left."""
    target = tmp_path / "out.jsonl"
    with whole_or_nothing(target) as stream:
        stream.write(b"one\n")
        assert not target.exists()

    assert target.read_bytes() == b"one\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_private_file_is_never_open_to_others(tmp_path):
    """Neither while it is written nor under its name."""
    with whole_or_nothing(tmp_path / "person.json", private=True) as stream:
        stream.write(b"one\n")
        assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]

    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]


def _crash_while_writing(target: Path) -> None:
    with whole_or_nothing(target) as stream:
        stream.write(b"new\n")
        raise RuntimeError("power")


def test_a_crash_leaves_the_old_file(tmp_path):
    """What was there before stays, and no half of the new one lies about."""
    target = tmp_path / "out.jsonl"
    target.write_bytes(b"old\n")
    with pytest.raises(RuntimeError):
        _crash_while_writing(target)

    assert target.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    """A pipe that has the name of the target stays a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with whole_or_nothing(pipe) as stream:
        stream.write(b"one\n")

    assert os.read(reader, 100) == b"one\n"
    os.close(reader)
    assert stat.S_ISFIFO(Path(pipe).stat().st_mode)
