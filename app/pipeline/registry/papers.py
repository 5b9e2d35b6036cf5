"""Writes the register as a table for Russian Excel and as HTML that an office puts on its site; pure."""

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import Final

from app.domain.clock import day_of
from app.domain.wording import OFFICES
from app.pipeline.registry.columns import COLUMNS, INSIDE
from app.pipeline.registry.listing import ZONE, Listed
from app.pipeline.reports.sheet import defused

#: Excel reads UTF-8 only behind this mark.
_BOM: Final = "\ufeff"
EXEMPT: Final = "освобождено"
_PUBLISHED: Final = ("Организация", "Чья страница", "Сеть", "Страница", "Кто отвечает", "Проверена", "Пересмотр")


def as_csv(lines: Sequence[Listed], *, inside: bool = False) -> str:
    """A table that `page import` reads again; `inside` = with the names of those who answer for the pages."""
    names = [name for name in COLUMNS if inside or name not in INSIDE]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([COLUMNS[name] for name in names])
    for line in lines:
        values = _values(line)
        writer.writerow([defused(values[name]) for name in names])
    return _BOM + out.getvalue()


def as_html(lines: Sequence[Listed], *, now: int) -> str:
    """A table without styles or scripts, fit for the site of any office."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in _PUBLISHED)
    rows = "\n".join(f"<tr>{_cells(line)}</tr>" for line in lines)
    return (
        f'<table lang="ru">\n<caption>Официальные страницы, по состоянию на {_russian(now)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n"
    )


def _cells(line: Listed) -> str:
    body = f"<td>{escape(line.organisation)}</td><td>{escape(OFFICES.get(line.office, line.office))}</td>"
    if line.is_exempt:
        act = f"{EXEMPT}: {line.exempt_act}" + (f", {_day(line.exempt_on)}" if line.exempt_on else "")
        return f'{body}<td colspan="2">{escape(act)}</td>{_ends(line)}'
    title = escape(line.title or line.url)
    # An address comes from the network's adapter or was checked to be one; a quote in it ends nothing.
    link = f'<a href="{escape(line.url, quote=True)}">{title}</a>' if line.url else title
    return f"{body}<td>{escape(line.network_title)}</td><td>{link}</td>{_ends(line)}"


def _ends(line: Listed) -> str:
    days = (_russian(line.checked_at), _russian(line.reviewed_at))
    return f"<td>{escape(line.responsible_post)}</td>" + "".join(f"<td>{day}</td>" for day in days)


def _values(line: Listed) -> dict[str, str]:
    return {
        "organisation": line.organisation,
        "office": OFFICES.get(line.office, line.office),
        "network": line.network,
        "url": line.url,
        "title": line.title,
        "responsible_post": line.responsible_post,
        "responsible_name": line.responsible_name,
        "responsible_since": line.responsible_since,
        "checked_on": _iso(line.checked_at),
        "reviewed_on": _iso(line.reviewed_at),
        "exempt_act": line.exempt_act,
        "exempt_on": line.exempt_on,
    }


def _iso(instant: int | None) -> str:
    return "" if instant is None else day_of(instant, ZONE).isoformat()


def _russian(instant: int | None) -> str:
    return "—" if instant is None else f"{day_of(instant, ZONE):%d.%m.%Y}"


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"
