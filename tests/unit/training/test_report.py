"""The report page and the card: whole, Russian, self-contained, and about the model they lie beside."""

import re
from html.parser import HTMLParser

import pytest

from training import card, plots
from training.errors import DataError
from training.label_check import Check, read_checks

_VOID = {"meta", "use", "path", "rect", "image", "br"}


class _Tags(HTMLParser):
    """Checks that tags close in order, and keeps addresses."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.drawings = [], [], 0

    def handle_starttag(self, tag, attrs):
        """Remember what has to be closed."""
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.drawings += tag == "svg"
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """A tag that closes itself."""
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        """Closes what was opened last."""
        if tag not in _VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(trained):
    return (trained[1] / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(page):
    """No script, no file and no address of another place; tags are closed; the size is that of a page."""
    read = _Tags()
    read.feed(page)
    assert read.open == []
    assert read.drawings >= 8
    assert all(address.startswith("#") for address in read.addresses)
    assert "<script" not in page
    assert "url(http" not in page
    assert "@import" not in page
    assert len(page.encode()) < 600_000


def test_the_page_shows_every_plot_in_russian(page, trained):
    """Precision and recall, calibration, wrongful removals, promises, disguises and words, under Russian titles."""
    for title in (
        "Точность и полнота",
        "Калибровка",
        "Порог и неверные удаления",
        "Маскировки",
        "Слова, которые говорят",
    ):
        assert f"<h2>{title}" in page
    assert "похожие буквы" in page
    assert "не хватает меток" in page
    assert trained[0].manifest.version in page
    text = re.sub(r"<(style|defs)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    assert set(re.findall(r"<text[^>]*>\s*([A-Za-z]{3,})\s*</text>", text)) == set()


def test_plots_say_nothing_of_the_time_or_the_machine(page):
    """No date and no name of a program in the bytes."""
    assert "matplotlib" not in page.lower().replace("matplotlib.", "")
    assert not re.search(r"20\d\d-\d\d-\d\dT", page)


def test_a_plot_without_points_is_left_out():
    """What could not be measured is not drawn."""
    nothing = {
        "precision_recall": {}, "calibration": {}, "removals": {}, "trade": {}, "disguises": {}, "words": {},
    }  # fmt: skip
    assert plots.draw(nothing) == {}


def test_the_card_says_all_that_it_must(trained):
    """Data with hashes and licences, boundary, checks, promises, measures with intervals, limits, who should not use it."""
    manifest = trained[0].manifest
    text = (trained[1] / "CARD.md").read_text(encoding="utf-8")
    for title in (
        "Данные", "Откуда метки", "Где кончается нецензурная брань", "Как проверены метки", "Обещания",
        "Качество на отложенных текстах", "Маскировки", "Примеры, написанные для проекта", "Обращения", "Пределы",
        "Кому и для чего она не годится",
    ):  # fmt: skip
        assert f"## {title}" in text
    assert all(digest in text for name, digest in manifest.data.items() if not name.startswith("samples/"))
    assert f"файлов {sum(name.startswith('samples/') for name in manifest.data)}" in text
    assert "писала их та же рука" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)
    assert not re.search(r"\bNone\b|\bnan\b", text)


def test_the_card_tells_how_labels_were_checked(trained):
    """Counts and agreement stand in the card; without them it says that nobody checked."""
    manifest = trained[0].manifest
    text = card.write(manifest, [Check("угроза по шаблонам", 300, 270, 0.81, "два чтения")])
    assert "| угроза по шаблонам | 300 | 270 (0.861–0.929) | 0.81 | два чтения |" in text
    assert "Не проверены" in card.write(manifest, [])


def test_checks_are_read_with_their_names(tmp_path):
    """The file of counts is read; what is not there is nothing checked."""
    path = tmp_path / "label_check.json"
    assert read_checks(path) == []
    path.write_text('{"threat": {"rows": 200, "agreed": 150, "kappa": 0.6}, "insult": {"rows": 10, "agreed": 10}}')
    assert [(c.rule, c.rows, c.agreed, c.kappa) for c in read_checks(path)] == [
        ("insult", 10, 10, None),
        ("threat", 200, 150, 0.6),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "found list, expected an object"),
        ('{"threat": {"rows": 5}}', "expected rows and agreed"),
        ('{"threat": {"rows": 5, "agreed": 6}}', "6 of 5 rows"),
        ('{"threat": {"rows": 5, "agreed": 4, "kappa": 2}}', "kappa = 2"),
        ('{"threat": {"rows": 5, "agreed": 4, "texts": []}}', "expected rows and agreed"),
    ],
)
def test_wrong_counts_are_refused(tmp_path, text, said):
    """Counts that cannot be true are refused with the file and the rule."""
    path = tmp_path / "label_check.json"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_checks(path)
