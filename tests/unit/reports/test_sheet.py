"""A report opens in Russian Excel by a double click, and nothing in it is a formula."""

import csv
import io

import pytest

from app.pipeline.reports.periods import parse_period
from app.pipeline.reports.report import Report, make
from app.pipeline.reports.sheet import defused, sheet
from app.pipeline.reports.tally import Tally


def _report(*titles: str, public: bool = False) -> Report:
    counts = {
        "comments": 40,
        "machine.kept": 38,
        "machine.removed": 2,
        "machine.removed.spam": 2,
        "appeals": 6,
        "appeals.in_term": 5,
        "appeals.late": 1,
        "agreement.audit.keep.keep": 7,
        "agreement.audit.remove.keep": 1,
        "agreement.audit.remove.remove": 8,
        "agreement.audit.keep.remove": 2,
    }
    tally = Tally([40, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0], counts, replies=[30, 90, 60, 61, 20, 400])
    return make(parse_period("2026-W47"), titles, tally, public=public)


def _rows(report: Report) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet(report).removeprefix("\ufeff")), delimiter=";"))


def test_the_sheet_is_what_russian_excel_expects() -> None:
    """BOM, semicolons, CRLF and decimal commas; numbers stand beside their names."""
    text = sheet(_report("Район"))
    rows = _rows(_report("Район"))

    assert text.startswith("\ufeff")
    assert text.encode()[:3] == b"\xef\xbb\xbf"
    assert text.count("\r\n") == text.count("\n")
    assert ["Решения программы", "удалить", "2", ""] in rows
    assert ["Сообщения жителей, которые ждут ответа", "доля отвеченных в срок", "83,3", "%"] in rows
    assert ["Сообщения жителей, которые ждут ответа", "от сообщения до первого ответа, медиана", "60,5", "мин"] in rows
    assert ["Случайная проверка программы", "доля совпадений", "83,3", "%"] in rows
    assert ["Случайная проверка программы", "согласие сверх случайного (каппа Коэна)", "0,67", "κ"] in rows
    assert ["Остальное, что решали и программа, и человек", "доля совпадений", "нет данных", "%"] in rows
    assert ["16.11.2026", "40", "2"] in rows


@pytest.mark.parametrize(
    "title",
    [
        *('=HYPERLINK("http://a.ru")', "+7", "-1", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "\r=1"),
        *("＝1", "﹦1", "＋1", "﹣1", "﹫x", "\u22121", "\u3000=1", "\u200b=1", "\ufeff=1", "\u202e=1", "\x0b=1"),
    ],
)
def test_no_cell_is_a_formula(title: str) -> None:
    """Whatever a page is called, its cell is shown as text."""
    assert defused(title).startswith("'")
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in _rows(_report(title)) for cell in row)


def test_ordinary_text_stays_as_it_is() -> None:
    """Only what a spreadsheet would calculate is changed."""
    assert [defused(text) for text in ("Район", "5", "", "а=б", "до 3-х")] == ["Район", "5", "", "а=б", "до 3-х"]


def test_what_is_hidden_is_said_to_be() -> None:
    """In the public variant small counts and what follows from them are «скрыто», large ones stand."""
    rows = _rows(_report("Район", public=True))

    assert ["Решения программы", "удалить", "скрыто", ""] in rows
    assert ["Сообщения жителей, которые ждут ответа", "доля отвеченных в срок", "скрыто", "%"] in rows
    assert ["Случайная проверка программы", "согласие сверх случайного (каппа Коэна)", "скрыто", "κ"] in rows
    assert ["Комментарии", "поступило и оценено", "40", ""] in rows
    assert any(row[:1] == ["Примечание"] and "Числа меньше 5 скрыты" in row[1] for row in rows)
