"""Draws a scaling law as SVG: a line a series through the medians, a bar from the least to the largest."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.law import Law


def draw(law: Law, path: Path) -> None:
    """Write one plot; the same numbers give the same file."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, spreads in law.series.items():
        medians = [one["median"] for one in spreads]
        below = [one["median"] - one["least"] for one in spreads]
        above = [one["largest"] - one["median"] for one in spreads]
        axes.errorbar(law.sizes, medians, yerr=[below, above], marker="o", capsize=3, label=name)
    if law.log_x:
        axes.set_xscale("log")
    if law.log_y:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set(xlabel=law.x, ylabel=law.y, title=law.title)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    # Letters stay letters: the file is small, and a reader's search finds them.
    with mpl.rc_context({"svg.hashsalt": law.title, "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
