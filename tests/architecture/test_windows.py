"""What can be seen from here of Windows: names of files, paths in addresses, and what only other systems have."""

import ast
import tomllib
from collections.abc import Iterator
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


@cache
def _modules() -> tuple[tuple[str, ast.Module], ...]:
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return tuple((path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def _unguarded(node: ast.AST, name: str = "") -> Iterator[ast.AST]:
    """Nodes that no `sys.platform` or `hasattr` stands before, in the order of the source."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If | ast.IfExp) and _asks(child.test):
            continue
        if isinstance(child, ast.FunctionDef) and any(
            isinstance(one, ast.If) and _asks(one.test) for one in child.body
        ):
            # It turns to another way first where the system is another.
            continue
        yield child
        yield from _unguarded(child)


def _asks(test: ast.expr) -> bool:
    return "sys.platform" in (asked := ast.unparse(test)) or "hasattr(os" in asked


def test_nothing_is_imported_that_only_other_systems_have() -> None:
    """A module that Windows lacks is imported behind a question for the system."""
    found = []
    for name, tree in _modules():
        for node in _unguarded(tree):
            imported = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            imported += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{name}:{node.lineno} {one}" for one in imported if one.partition(".")[0] in ABSENT]

    assert found == []


def test_nothing_is_called_that_only_other_systems_have() -> None:
    """A function, flag or signal that Windows lacks is used behind a question for it."""
    found = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, tree in _modules()
        for node in _unguarded(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in LACKED
        and (node.attr == "add_signal_handler" or ast.unparse(node.value) in {"os", "signal"})
    ]

    assert found == []


def test_every_text_file_names_its_encoding() -> None:
    """No text is read or written in the system's own encoding, which is another one on a Russian Windows."""
    found = [
        f"{name}:{node.lineno} {ast.unparse(node)[:80]}"
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _is_text(node) and not any(one.arg == "encoding" for one in node.keywords)
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
    names = [(name, node, text) for name, tree in _modules() for node in ast.walk(tree) for text in _file_names(node)]
    wrong = [
        f"{name}:{node.lineno} {text}"
        for name, node, text in names
        if FORBIDDEN & set(text) or text.endswith((".", " "))
    ]

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
