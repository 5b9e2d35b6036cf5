"""A scaling law: the same thing measured at several sizes, what is hoped of it, and whether that was held.

One file a law, `benchmarks/laws/<name>.py`, with `measure(material) -> Law`; its name stands in `LAWS` of
`benchmarks/__main__.py`, and `python -m benchmarks <name>` measures it alone. All laws together have two and a half
minutes: rows stored 45 s, web workers 30 s, pages, drain and the queue 20 s each, length and cache 10 s each.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.sections import Aim, Section, Verdict, range_of

#: Fewer sizes show a slope, but not whether it bends.
SIZES: Final = 4
#: Median, least and largest, as `benchmarks.pairs.spread` makes it.
Spread = dict[str, float]


@dataclass(frozen=True, slots=True)
class Law:
    """What was measured at each size; `series` holds one spread a size under each name.

    `x` and `y` are the axes' labels with their units. `aim` and `measured` are the words of the first table; the
    verdict is `BUSY` where it rests on times and others used the machine (`benchmarks.pairs` tells).
    """

    title: str
    x: str
    y: str
    sizes: list[float]
    series: dict[str, list[Spread]]
    aim: str
    measured: str
    verdict: Verdict
    sentences: list[str] = field(default_factory=list)
    log_x: bool = True
    log_y: bool = False
    #: Decimal places of the table.
    digits: int = 1
    #: What `results.json` keeps beside the series.
    data: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.sizes) < SIZES:
            raise ValueError(f"{self.title}: {len(self.sizes)} sizes, at least {SIZES} are needed")
        for name, spreads in self.series.items():
            if len(spreads) != len(self.sizes):
                raise ValueError(f"{self.title}: {len(spreads)} spreads of {name!r} for {len(self.sizes)} sizes")

    def section(self) -> Section:
        """Its table: a line a size, a column a series; the verdict ends the sentences."""
        rows = [
            [
                f"{size:,g}" if size < 1e6 else f"{size:,.0f}",
                *(range_of(row[at], self.digits) for row in self.series.values()),
            ]
            for at, size in enumerate(self.sizes)
        ]
        data = {
            **self.data,
            "x": self.x,
            "y": self.y,
            "sizes": self.sizes,
            "series": self.series,
            "aim": self.aim,
            "measured": self.measured,
            "verdict": str(self.verdict),
        }
        return Section(
            self.title,
            [*self.sentences, f"Aim: {self.aim}. Measured: {self.measured}. **{self.verdict}**."],
            [self.x, *(f"{name}, {self.y}" for name in self.series)],
            rows,
            data,
            [Aim(self.title, self.aim, self.measured, self.verdict)],
        )
