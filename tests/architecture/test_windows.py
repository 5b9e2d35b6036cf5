"""What can be seen from here of Windows: names of files, paths in addresses, and what only other systems have."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PureWindowsPath

import pytest
from packaging.requirements import Requirement
from sqlalchemy.engine import make_url

from app.pipeline.administration.sealing import seal_of_moment
from app.settings import Settings
from tests.fakes.house import make_house

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "model", "training")
#: Modules that Python for Windows lacks.
ABSENT = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty", "uvloop"}
#: What its `os`, `signal` and event loops lack (Python 3.11).
LACKED = {
    *("chown", "fchmod", "fchown", "fork", "geteuid", "getgid", "getloadavg", "getpgid", "getuid", "killpg", "lchown"),
    *("mkfifo", "nice", "O_DIRECTORY", "O_NOFOLLOW", "posix_fadvise", "sched_getaffinity", "setsid", "statvfs", "sync"),
    *("uname", "wait3", "alarm", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "pthread_sigmask"),
    "add_signal_handler",
}
FORBIDDEN = set('<>:"|?*\\')


@dataclass(frozen=True)
class Found:
    """A node that a rule may be about: where it stands, and whether `sys.platform` or `hasattr` stands before it."""

    place: str
    node: ast.AST
    guarded: bool


@cache
def _nodes() -> tuple[Found, ...]:
    """All of them in the code, found in one walk."""
    return tuple(found for package in PACKAGES for path in (ROOT / package).rglob("*.py") for found in _nodes_of(path))


def _nodes_of(path: Path) -> Iterator[Found]:
    name = path.relative_to(ROOT).as_posix()
    waiting: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text(encoding="utf-8")), False)]
    while waiting:
        node, guarded = waiting.pop()
        if isinstance(node, ast.If | ast.IfExp):
            guarded = guarded or _asks(node.test)
        elif isinstance(node, ast.FunctionDef):
            # It turns to another way first where the system is another.
            guarded = guarded or any(isinstance(one, ast.If) and _asks(one.test) for one in node.body)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute | ast.Call | ast.BinOp):
            yield Found(f"{name}:{node.lineno}", node, guarded)
        waiting += [(child, guarded) for child in ast.iter_child_nodes(node)]


def _asks(test: ast.expr) -> bool:
    return "sys.platform" in (asked := ast.unparse(test)) or "hasattr(os" in asked


def test_nothing_is_imported_that_only_other_systems_have() -> None:
    """A module that Windows lacks is imported behind a question for the system."""
    found = []
    for one in _nodes():
        imported = [name.name for name in one.node.names] if isinstance(one.node, ast.Import) else []
        imported += [one.node.module or ""] if isinstance(one.node, ast.ImportFrom) else []
        if not one.guarded:
            found += [f"{one.place} {name}" for name in imported if name.partition(".")[0] in ABSENT]

    assert found == []


def test_nothing_is_called_that_only_other_systems_have() -> None:
    """A function, flag or signal that Windows lacks is used behind a question for it."""
    found = [
        f"{one.place} {ast.unparse(one.node)}"
        for one in _nodes()
        if isinstance(one.node, ast.Attribute)
        and one.node.attr in LACKED
        and not one.guarded
        and (one.node.attr == "add_signal_handler" or ast.unparse(one.node.value) in {"os", "signal"})
    ]

    assert found == []


def test_every_text_file_names_its_encoding() -> None:
    """No text is read or written in the system's own encoding, which is another one on a Russian Windows."""
    found = [
        f"{one.place} {ast.unparse(one.node)[:80]}"
        for one in _nodes()
        if isinstance(one.node, ast.Call)
        and _is_text(one.node)
        and not any(keyword.arg == "encoding" for keyword in one.node.keywords)
    ]

    assert found == []


def _is_text(call: ast.Call) -> bool:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called in {"read_text", "write_text"}:
        return True
    modes = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return called in {"open", "fdopen"} and bool(modes) and "b" not in modes[-1] and owner not in {"os", "gzip"}


def test_names_of_files_are_names_everywhere() -> None:
    """Every name that the code puts behind a folder has signs that Windows takes, and no end that it cuts off."""
    names = [(one.place, text) for one in _nodes() for text in _file_names(one.node)]
    wrong = [(place, text) for place, text in names if FORBIDDEN & set(text) or text.endswith((".", " "))]

    assert len(names) >= 30
    assert wrong == []


def _file_names(node: ast.AST) -> Iterator[str]:
    """The fixed parts of what stands after `folder /`, in `with_name` and in temporary names."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield from _written(node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in {"with_name", "with_suffix", "joinpath"}:
            yield from (text for one in node.args for text in _written(one))
        elif node.func.attr in {"mkstemp", "mkdtemp"}:
            # Something is put in between and behind.
            yield from (f"{text}x" for one in node.keywords if one.arg != "dir" for text in _written(one.value))


def _written(node: ast.expr) -> Iterator[str]:
    """Its letters, with x for what is put in, and moments in a format that names of files can have."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        yield from (
            text
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            for one in call.args
            if isinstance(one, ast.Constant) and isinstance(text := one.value, str) and "%" in text
        )


def test_a_seal_has_a_name_that_every_system_takes(sqlite_url: str, tmp_path: Path) -> None:
    """The moment in a seal's name is written without colons."""
    house = make_house(sqlite_url)
    made = seal_of_moment(house, tmp_path / "seals")

    assert not FORBIDDEN & set(made.file.name)
    assert not PureWindowsPath(made.file.name).is_reserved()


class _WindowsPath(PureWindowsPath):
    """A path that can say that it begins at a drive."""

    def absolute(self) -> "_WindowsPath":
        return self


@pytest.mark.parametrize(
    "folder",
    [r"C:\Дворник\рабочая папка", r"D:\data%20here", r"\\server\share\dvornik"],
    ids=["drive", "percent", "share"],
)
def test_a_windows_path_survives_the_databases_address(folder: str) -> None:
    """A drive's colon, backslashes, spaces, Cyrillic letters and a percent sign come out as they went in."""
    settings = Settings().model_copy(update={"data_dir": _WindowsPath(folder)})
    expected = rf"{folder}\dvornik.sqlite3"

    assert make_url(settings.resolved_database_url).database == expected
    assert str(settings.sqlite_file) == expected


def test_what_windows_cannot_install_is_not_asked_for() -> None:
    """Packages that have no build for Windows are required elsewhere only."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {one.name: one for one in map(Requirement, project["dependencies"])}

    for name in ("uvloop", "httptools"):
        marker = asked[name].marker
        assert marker
        assert not marker.evaluate({"sys_platform": "win32"})
