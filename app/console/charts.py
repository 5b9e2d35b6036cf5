"""Draws the charts of reports as SVG: attributes only, no styles or scripts, and words for whoever cannot see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

_WIDTH: Final = 340
_INK: Final = "#1b2733"
_LINE: Final = "#d5dce3"
_FIRST: Final = "#1d4f7c"
_SECOND: Final = "#a3231d"
_TOP: Final = 34
_HEIGHT: Final = 120
_LEFT: Final = 34
#: No more labels than fit under the bars without touching each other.
_LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, the whole and the part of it that is marked; None = hidden."""

    label: str
    whole: int | None
    part: int | None


def columns(name: str, title: str, words: str, bars: Sequence[Bar], *, whole: str, part: str) -> Markup:
    """Upright bars over time; `words` say what the picture shows, `whole` and `part` what the colours mean."""
    most = max((bar.whole or 0 for bar in bars), default=0)
    scale = _round_up(most)
    step = (_WIDTH - _LEFT) / max(1, len(bars))
    drawn = [_legend(whole, part), *_grid(scale)]
    every = -(-len(bars) // _LABELS)
    for at, bar in enumerate(bars):
        left = _LEFT + at * step
        drawn += [
            _column(left, step, bar.whole, scale, _FIRST),
            _column(left, step, min(bar.part, bar.whole) if bar.part and bar.whole else bar.part, scale, _SECOND),
        ]
        if at % every == 0:
            drawn.append(_text(left + step / 2, _TOP + _HEIGHT + 14, bar.label, anchor="middle"))
    return _svg(name, title, words, _TOP + _HEIGHT + 22, drawn)


def lines(name: str, title: str, words: str, bars: Sequence[Bar], *, whole: str, part: str) -> Markup:
    """Lying bars, one under another: `whole` and beside it `part`, each with its number."""
    most = max((max(bar.whole or 0, bar.part or 0) for bar in bars), default=0)
    drawn = [_legend(whole, part)]
    for at, bar in enumerate(bars):
        top = _TOP + at * 52
        drawn.append(_text(0, top + 10, bar.label))
        for number, (value, colour) in enumerate(((bar.whole, _FIRST), (bar.part, _SECOND))):
            y = top + 16 + number * 16
            width = 0 if not value or not most else max(2.0, (_WIDTH - 70) * value / most)
            drawn.append(_rectangle(0, y, width, 12, colour))
            drawn.append(_text(width + 6, y + 10, "скрыто" if value is None else str(value)))
    return _svg(name, title, words, _TOP + len(bars) * 52, drawn)


def _svg(name: str, title: str, words: str, height: float, drawn: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img" '
        'aria-labelledby="{}-title {}-words" font-size="11" font-family="sans-serif">'
        '<title id="{}-title">{}</title><desc id="{}-words">{}</desc>'
    ).format(_WIDTH, _short(height), name, name, name, title, name, words)
    return head + Markup().join(drawn) + Markup("</svg>")


def _legend(whole: str, part: str) -> Markup:
    second = 18 + 7 * len(whole) + 12
    return (
        _rectangle(0, 4, 12, 12, _FIRST)
        + _text(16, 14, whole)
        + _rectangle(second, 4, 12, 12, _SECOND)
        + _text(second + 16, 14, part)
    )


def _grid(scale: int) -> list[Markup]:
    drawn = []
    for value in (0, scale // 2, scale) if scale > 1 else (0, scale):
        y = _TOP + _HEIGHT * (1 - value / scale)
        drawn += [
            Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>').format(
                _LEFT, _short(y), _WIDTH, _short(y), _LINE
            ),
            _text(_LEFT - 5, y + 4, str(value), anchor="end"),
        ]
    return drawn


def _column(left: float, step: float, value: int | None, scale: int, colour: str) -> Markup:
    height = _HEIGHT * (value or 0) / scale
    width = max(1.0, step * 0.72)
    return _rectangle(left + (step - width) / 2, _TOP + _HEIGHT - height, width, height, colour)


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    shape = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>')
    return shape.format(_short(x), _short(y), _short(width), _short(height), colour)


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> Markup:
    shape = Markup('<text x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>')
    return shape.format(_short(x), _short(y), anchor, _INK, words)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _round_up(most: int) -> int:
    """The next round number, so that the scale reads well: 1, 2, 5, 10, 20, 50 and so on."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if scale * factor >= most:
                return scale * factor
        scale *= 10
