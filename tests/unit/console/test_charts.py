"""Charts are drawn to scale, in attributes alone, and tell in words what they show."""

import re
from xml.etree import ElementTree as ET

import pytest

from app.console import charts
from app.console.charts import Bar

SVG = "{http://www.w3.org/2000/svg}"


def _heights(drawn: str, colour: str) -> list[float]:
    root = ET.fromstring(drawn)  # noqa: S314 - our own drawing
    return [float(one.attrib["height"]) for one in root.iter(f"{SVG}rect") if one.attrib["fill"] == colour][1:]


def test_columns_are_to_scale() -> None:
    """The highest bar fills its share of the round scale, half as many is half as high, the marked part stands inside."""
    bars = [Bar("01.11", 20, 5), Bar("02.11", 10, 0), Bar("03.11", None, None)]
    drawn = charts.columns("c", "Название", "Слова", bars, whole="всего", part="часть")

    assert _heights(drawn, "#1d4f7c") == [120.0, 60.0, 0.0]
    assert _heights(drawn, "#a3231d") == [30.0, 0.0, 0.0]


@pytest.mark.parametrize("draw", [charts.columns, charts.lines])
def test_whatever_is_said_is_text(draw: object) -> None:
    """Names with signs of markup stay text, the picture has its name and its words, and nothing is styled or run."""
    bars = [Bar("<script>alert(1)</script>", 1, 2)]
    drawn = draw("c", 'Название "&"', "Слова <b>", bars, whole="<i>", part="часть")  # type: ignore[operator]
    root = ET.fromstring(drawn)  # noqa: S314 - our own drawing

    assert root.find(f"{SVG}title").text == 'Название "&"'  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == "Слова <b>"  # type: ignore[union-attr]
    assert root.attrib["aria-labelledby"] == "c-title c-words"
    assert "<script" not in drawn
    assert not re.search(r"\bstyle=|\bon\w+=|<style", drawn)


@pytest.mark.parametrize("bars", [[], [Bar("а", 0, 0)], [Bar("а", None, None)] * 31])
def test_nothing_to_draw_is_drawn(bars: list[Bar]) -> None:
    """No bars, bars of nothing and hidden bars make a whole picture."""
    for draw in (charts.columns, charts.lines):
        ET.fromstring(draw("c", "Н", "С", bars, whole="в", part="ч"))  # noqa: S314 - our own drawing
