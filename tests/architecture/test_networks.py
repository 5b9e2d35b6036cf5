"""The house does not notice which network it deals with: it asks the adapter, never its name."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from app.settings import Settings
from app.wiring import NETWORKS, all_networks

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
NAMES: Final = frozenset(all_networks(Settings()))
#: Who may know a folder of networks, and why: the wiring makes adapters, alerts are sent to people by VK itself.
KNOWING: Final[Mapping[str, re.Pattern[str]]] = {
    "app/wiring.py": re.compile(r"app\.networks\.\w+\.adapter"),
    "app/channels/vk.py": re.compile(r"app\.networks\.vk\.(transport|failures)"),
}
#: Where a word that is also a network's name is compared or kept, and what it is there.
OTHERWISE: Final[Mapping[str, str]] = {
    "app/api/health.py": "`ok` is a check that went well",
    **dict.fromkeys(
        ("app/commands/backup.py", "app/commands/journal.py", "app/commands/pages.py"),
        "`ok` is a field of what a command prints",
    ),
    "app/storage/dump.py": "`ok` is what SQLite says of a sound file",
    "app/channels/telegram.py": "`ok` is a field of the messenger's answer",
    "app/domain/incident_wording.py": "how people are told of incidents: messengers, not networks",
    "app/domain/public_url.py": "a callback's address that people paste where ours is asked for",
    "app/pipeline/connecting/callback.py": "callback servers that a network keeps for a page: one network has such",
    "app/pipeline/watching/servers.py": "as above",
    "app/working.py": "as above",
}
#: Descriptions and examples: what people read, nothing that decides.
DESCRIBING: Final = re.compile(r"app/(api/(\w+_)?(description|schemas|examples)|api/(dossier|persons)|settings)\.py")
_CALLBACK: Final = re.compile(rf"/callbacks/({'|'.join(sorted(NAMES))})\b")
_IN_TEMPLATE: Final = re.compile(rf"""[!=]=\s*['"]({"|".join(sorted(NAMES))})['"]""")


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the application outside the networks' own folders."""
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("app/networks/", "app/storage/migrations/")):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Modules that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def deciding(tree: ast.Module) -> Iterator[str]:
    """Expressions in which a network's name decides something: comparisons, cases, keys, addresses."""
    for node in ast.walk(tree):
        suspects: list[ast.expr | None] = []
        if isinstance(node, ast.Compare):
            suspects = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            suspects = [node.value]
        elif isinstance(node, ast.Dict):
            suspects = list(node.keys)
        elif isinstance(node, ast.Subscript):
            suspects = [node.slice]
        elif isinstance(node, ast.Call):
            suspects = list(node.args)
        if any(named(one) for one in suspects) or (isinstance(node, ast.Constant) and is_address(node)):
            yield ast.unparse(node)


def named(node: ast.expr | None) -> bool:
    """Whether an expression is a network's name, or a collection that holds one."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(named(one) for one in node.elts)
    return isinstance(node, ast.Constant) and node.value in NAMES


def is_address(node: ast.Constant) -> bool:
    """Whether a text holds a network's callback address and nothing that people read."""
    return isinstance(node.value, str) and " " not in node.value and _CALLBACK.search(node.value) is not None


def test_only_the_wiring_knows_the_folders() -> None:
    """It knows their adapters; nobody else imports a network, but for alerts."""
    found = {
        (name, module)
        for name, tree in sources()
        for module in imported(tree)
        if module.startswith("app.networks") and not (name in KNOWING and KNOWING[name].fullmatch(module))
    }
    assert found == set()


def test_every_folder_is_named_once_in_the_wiring() -> None:
    """A folder and a line make a network: each folder has its line, and no name is taken twice."""
    folders = {path.name for path in (APP / "networks").iterdir() if (path / "adapter.py").exists()}
    made = {make.__module__.split(".")[2] for make in NETWORKS}
    assert made == folders
    assert len(NAMES) == len(NETWORKS)


def test_nothing_is_decided_by_a_networks_name() -> None:
    """Outside descriptions nobody compares with, looks up or answers at a name; who does for another reason says it."""
    found = {name for name, tree in sources() if not DESCRIBING.fullmatch(name) and list(deciding(tree))}
    assert found - OTHERWISE.keys() - {"app/wiring.py"} == set()
    assert set(OTHERWISE) - found == set(), "a reason for what is not there any more"


def test_no_page_of_the_console_looks_at_a_name() -> None:
    """Templates show titles; only the form of alerts offers VK's pages, whose keys write letters."""
    found = {
        path.name
        for path in (APP / "console" / "templates").glob("*.html")
        if _IN_TEMPLATE.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"alerts.html"}


@pytest.mark.parametrize(
    "code",
    [
        "if page.network == 'vk': pass",
        "if 'telegram' != network: pass",
        "if network in {'max', 'meta'}: pass",
        "match network:\n    case 'vk': pass",
        "RATES = {'vk': 3}",
        "networks['meta']",
        "pages.get('telegram')",
        "PATH = '/callbacks/vk'",
        "url = f'{base}/callbacks/meta'",
    ],
)
def test_a_name_that_decides_is_found(code: str) -> None:
    """However it is written."""
    assert list(deciding(ast.parse(code)))


@pytest.mark.parametrize("code", ["title = 'vk'", "if network == other: pass", "'Send it to /callbacks/vk by POST'"])
def test_a_name_that_is_only_told_is_not(code: str) -> None:
    """A default or a text decides nothing."""
    assert not list(deciding(ast.parse(code)))
