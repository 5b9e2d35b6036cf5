"""Whoever follows a link in a document arrives: files are there, headings are there, pictures are small."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
OUTSIDE = re.compile(r"[a-z]+:", re.IGNORECASE)
#: Made by others, or by tools.
FOREIGN = {".venv", ".git", "build", "dist", "var", "node_modules", ".pytest_cache", ".hypothesis"}
LARGEST_PICTURE = 150_000


@dataclass(frozen=True)
class Link:
    """Where it stands and where it leads."""

    page: Path
    target: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.target}"


def _pages() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.md") if not FOREIGN & set(path.relative_to(ROOT).parts))


def _links() -> Iterator[Link]:
    for page in _pages():
        text = CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
        yield from (Link(page, target) for target in LINK.findall(text) if not OUTSIDE.match(target))


def _arrives(link: Link) -> bool:
    path, _, anchor = link.target.partition("#")
    target = (link.page.parent / unquote(path)).resolve() if path else link.page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or (target.suffix == ".md" and unquote(anchor) in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """What a forge makes of the headings: small letters, hyphens for spaces, nothing for other signs."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 0
        while (made := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(made)
    return found


def test_every_link_arrives() -> None:
    """A link inside the repository leads to a file that is there, and behind # to a heading of it."""
    links = list(_links())

    assert len(links) >= 30
    assert [str(link) for link in links if not _arrives(link)] == []


def test_every_page_is_found() -> None:
    """Whoever begins at a README reaches every document for operators, offices and developers by links."""
    reached, waiting = set(), [ROOT / "README.md", ROOT / "README.ru.md"]
    links = [(link.page, (link.page.parent / link.target.partition("#")[0]).resolve()) for link in _links()]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        waiting += [target for source, target in links if source == page and target not in reached]
    guides = {path for path in _pages() if path.parent in {ROOT, ROOT / "docs"}}

    assert {path.relative_to(ROOT).as_posix() for path in guides - reached} == set()


def test_pictures_are_small_and_shown() -> None:
    """Each picture of the guides is under 150 kB and stands in a page."""
    pictures = {path.resolve() for path in (ROOT / "docs" / "images").iterdir()}
    shown = {(link.page.parent / link.target).resolve() for link in _links()}

    assert pictures
    assert {path.name for path in pictures if path.stat().st_size >= LARGEST_PICTURE} == set()
    assert {path.name for path in pictures - shown} == set()


def test_both_front_pages_say_the_same() -> None:
    """The README in English and the one in Russian have the same parts, commands and links, each in its own words."""
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md")]
    shapes = [
        (
            len(re.findall("^## ", page, re.MULTILINE)),
            [
                re.sub(r"\s*#.*", "", line)
                for block in re.findall(r"```.*?```", page, re.DOTALL)
                for line in block.split("\n")
            ],
            sorted({link for link in LINK.findall(page) if not link.startswith(("#", "README"))}),
        )
        for page in pages
    ]

    assert shapes[0] == shapes[1]
