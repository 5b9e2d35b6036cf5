"""Draws the report's plots as SVG whose bytes depend on the points alone."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.tables import CATEGORY_NAMES, COMMUNITIES, DISGUISES, GROUPS

_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e6ea",
    "axes.edgecolor": "#8a9099",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
_COLOURS: Final = ("#0b5cad", "#c0392b", "#2e7d32", "#b26a00", "#6a3d9a", "#00838f", "#555555")
_NAMES: Final = {**COMMUNITIES, **CATEGORY_NAMES, **GROUPS}
# Log-odds; beyond it stands plain abuse alone.
_FARTHEST: Final = 14.0
Points = Sequence[tuple[float, float]]


@contextmanager
def _axes(name: str, pictures: dict[str, str], size: tuple[float, float] = (7.2, 4.2)) -> Iterator[Axes]:
    # The default style first: a matplotlibrc of this machine must not show in the bytes.
    with style.context(["default", {**_STYLE, "svg.hashsalt": f"dvornik {name}"}]):
        figure = Figure(figsize=size, layout="tight")
        yield figure.subplots()
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=nothing)
    # Inside a page an SVG has neither prologue nor a width of its own.
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    pictures[name] = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg))


def draw(figures: Mapping[str, Any]) -> dict[str, str]:
    """Name of the plot -> SVG; what has no points is left out."""
    pictures: dict[str, str] = {}
    if figures["precision_recall"]:
        _precision_recall(figures["precision_recall"], pictures)
    if figures["calibration"]:
        _calibration(figures["calibration"], pictures)
    if figures["removals"].get("curves"):
        _removals(figures["removals"], pictures)
    if figures["trade"]:
        _trade(figures["trade"], pictures)
    if figures["disguises"].get("kinds"):
        _disguises(figures["disguises"], pictures)
    if figures["words"]:
        _words(figures["words"], pictures)
    return pictures


def _precision_recall(curves: Mapping[str, Points], pictures: dict[str, str]) -> None:
    with _axes("precision_recall", pictures) as axes:
        for (name, points), colour in zip(curves.items(), _COLOURS, strict=False):
            axes.plot([x for x, _ in points], [y for _, y in points], color=colour, label=_NAMES.get(name, name))
        axes.set(xlabel="полнота", ylabel="точность", xlim=(0, 1), ylim=(0, 1.01))
        axes.legend(loc="lower left")


def _calibration(curves: Mapping[str, Points], pictures: dict[str, str]) -> None:
    with _axes("calibration", pictures, (5.4, 4.4)) as axes:
        axes.plot([0, 1], [0, 1], color="#8a9099", linestyle=":", label="идеал")
        for (name, points), colour in zip(curves.items(), _COLOURS, strict=False):
            axes.plot(
                [x for x, _ in points], [y for _, y in points], marker="o", color=colour, label=_NAMES.get(name, name)
            )
        axes.set(xlabel="вероятность, которую назвала модель", ylabel="доля «да» по меткам", xlim=(0, 1), ylim=(0, 1))
        axes.legend(loc="upper left")


def _removals(removals: Mapping[str, Any], pictures: dict[str, str]) -> None:
    with _axes("removals", pictures) as axes:
        for (name, points), colour in zip(removals["curves"].items(), _COLOURS, strict=False):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            axes.step(xs, ys, where="post", color=colour, label=_NAMES.get(name, name))
        for promise, cut in removals["cuts"].items():
            axes.axvline(cut, color="#555555", linestyle=":")
            axes.annotate(promise, (cut, 1.0), xytext=(2, 2), textcoords="offset points", fontsize=8)
        right = max(x for points in removals["curves"].values() for x, _ in points)
        axes.set(xlabel="порог: на сколько логитов выше нуля вида", ylabel="доля текстов за порогом", yscale="log")
        axes.set_xlim(-4, min(max(right, 1.0), _FARTHEST))
        axes.legend(loc="center right")


def _trade(trade: Mapping[str, Any], pictures: dict[str, str]) -> None:
    with _axes("trade", pictures, (5.8, 4.0)) as axes:
        points = trade["curve"]
        axes.step([x * 100 for x, _ in points], [y * 100 for _, y in points], where="post", color=_COLOURS[0])
        for name, (wrong, right) in trade["promises"].items():
            axes.plot([wrong * 100], [right * 100], marker="o", color=_COLOURS[1])
            axes.annotate(name, (wrong * 100, right * 100), xytext=(6, -12), textcoords="offset points")
        axes.set(
            xlabel="за порогом из помеченных чистыми, %", ylabel="за порогом из помеченных грубыми, %", ylim=(0, 101)
        )
        axes.set_xlim(0, 2)


def _disguises(disguises: Mapping[str, Any], pictures: dict[str, str]) -> None:
    with _axes("disguises", pictures) as axes:
        kinds = list(disguises["kinds"].items())
        for place, (_, found) in enumerate(kinds):
            low, high = found["interval"]
            axes.barh(place, found["relative"], color=_COLOURS[0], height=0.6)
            axes.plot([low, high], [place, place], color="#222222", linewidth=1.2)
            axes.text(0.02, place, f"{found['relative']:.3f}", va="center", color="white", fontsize=8)
        axes.axvline(0.95, color=_COLOURS[1], linestyle=":")
        axes.set_yticks(range(len(kinds)), [DISGUISES.get(name, name) for name, _ in kinds])
        axes.invert_yaxis()
        axes.set(xlabel="полнота относительно тех же комментариев без маскировки", xlim=(0, 1.05))


def _words(words: Mapping[str, Sequence[tuple[str, float]]], pictures: dict[str, str]) -> None:
    for head, listed in words.items():
        with _axes(f"words_{head}", pictures, (3.6, 3.6)) as axes:
            axes.barh(range(len(listed)), [value for _, value in listed], color=_COLOURS[0], height=0.65)
            axes.set_yticks(range(len(listed)), [word for word, _ in listed])
            axes.invert_yaxis()
            axes.set(xlabel="логит вероятности")
