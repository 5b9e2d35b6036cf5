"""Scores a file of any length on all cores in constant memory: some lines ahead, never all of them."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from joblib import Parallel, cpu_count, delayed

from app.pipeline.scoring import LINE_LIMIT, Chunk, Recipe, Scored, score_chunk

#: Lines and bytes of one piece of work: enough to be worth sending to a process, little enough to hold many.
CHUNK_LINES: Final = 256
CHUNK_BYTES: Final = 1 << 20
#: Pieces that each core gets in one round; at most this much is read ahead of what is written.
CHUNKS_AHEAD: Final = 8
_BOM: Final = b"\xef\xbb\xbf"


class Lines(Protocol):
    """What is read of an open file."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its line feed, at most `size` bytes; b'' at the end."""
        ...


def lines_of(stream: Lines) -> Iterator[bytes]:
    """Lines without their line feeds; of a line that is too long only its first `LINE_LIMIT` bytes."""
    mark = _BOM
    while line := stream.readline(LINE_LIMIT):
        whole = line.endswith(b"\n") or len(line) < LINE_LIMIT
        yield line.removeprefix(mark).removesuffix(b"\n")
        mark = b""
        while not whole:
            rest = stream.readline(LINE_LIMIT)
            whole = not rest or rest.endswith(b"\n")


def chunks_of(lines: Iterator[bytes]) -> Iterator[Chunk]:
    """Lines in pieces of at most `CHUNK_LINES` lines and about `CHUNK_BYTES` bytes."""
    first, held, size = 1, [], 0
    for line in lines:
        held.append(line)
        size += len(line)
        if len(held) == CHUNK_LINES or size >= CHUNK_BYTES:
            yield Chunk(first, tuple(held))
            first, held, size = first + len(held), [], 0
    if held:
        yield Chunk(first, tuple(held))


def score_stream(recipe: Recipe, source: Lines, *, jobs: int = -1) -> Iterator[Scored]:
    """Score a stream in order; `jobs` as joblib counts them (-1 = every core).

    A round of pieces is read, judged in parallel and handed over before the next is read. A file of one piece is judged
    here, because starting processes would take longer.
    """
    workers = cpu_count() if jobs == -1 else jobs
    chunks = chunks_of(lines_of(source))
    first = list(itertools.islice(chunks, 2))
    if len(first) < 2 or workers == 1:
        for chunk in itertools.chain(first, chunks):
            yield score_chunk(recipe, chunk)
        return
    rest = itertools.chain(first, chunks)
    with Parallel(n_jobs=workers) as parallel:
        while ahead := list(itertools.islice(rest, workers * CHUNKS_AHEAD)):
            yield from parallel(delayed(score_chunk)(recipe, chunk) for chunk in ahead)


@contextmanager
def whole_or_nothing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A file that appears under its name only when everything is in it; a device or a pipe is written to directly.

    `private`: nobody but its owner may read the file, at any moment.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            yield stream
        return
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
