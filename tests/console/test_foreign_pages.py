"""Lists of the console name nothing of a page that is not the reader's, whatever their address asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.console.access import CONSOLE_ACCESS
from app.domain.words import Role
from tests.console.counter import Counter
from tests.functional.api.things import ASKED, THINGS, Place

LISTS = [route.split(" ")[1] for route in sorted(CONSOLE_ACCESS) if route.startswith("GET ") and "{" not in route]
#: Words of the things on the foreign page: of a question, of a removal and of a message that waits.
WORDS = (ASKED, "Ты дебил", "Спасибо за горку")


@pytest.fixture
def counter(sqlite_url: str, tmp_path: Path) -> Iterator[Counter]:
    """An installation with its console."""
    made = Counter(sqlite_url, tmp_path)
    yield made
    made.close()


def test_a_foreign_page_is_no_filter(counter: Counter) -> None:
    """Asked for a foreign page, every list answers as for one that does not exist; its own reader finds its things."""
    foreign = counter.add_page("229000002", "enforce")
    for make in THINGS.values():
        make(Place(counter, foreign, "229000002"))
    ours = counter.visitor(Role.ADMIN, "ours", pages=[counter.page])
    theirs = counter.visitor(Role.ADMIN, "theirs", pages=[foreign])
    shown = set()
    for path in LISTS:
        asked, unknown = (
            ours.get(path, params={"page": str(page)}, follow_redirects=True) for page in (foreign, 2**62)
        )

        assert (asked.status_code, asked.url.path) == (unknown.status_code, unknown.url.path), path
        assert [one for one in WORDS if one in asked.text] == [], path
        found = theirs.get(path, params={"page": str(foreign)}, follow_redirects=True)
        shown |= {path for one in WORDS if one in found.text}
    assert shown >= {"/queue/list", "/journal", "/answers"}
