"""How pages and their keys are printed for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.commands.output import as_json, moment, plain, visible
from app.domain.wording import INTAKES, OFFICES, SLOTS, trouble
from app.domain.words import IntakeKind

if TYPE_CHECKING:
    from app.pipeline.administration.page_check import TokenChecked
    from app.pipeline.administration.page_overview import PageShown


def row(page: PageShown) -> tuple[object, ...]:
    """A page as a line of the list."""
    mode = f"{page.mode} (пауза)" if page.paused_at else page.mode
    where = f"{page.network} {page.external_id}"
    heard = moment(page.last_event_at, page.timezone)
    return page.id, where, page.title, mode, page.policy, page.intake, tokens(page), heard, waiting(page)


def tokens(page: PageShown) -> str:
    """Which keys the page has, or which of them are dead."""
    dead = [SLOTS[token.slot] for token in page.tokens if token.dead_at is not None]
    if dead:
        return f"не действует: {', '.join(dead)}"
    return ", ".join(SLOTS[token.slot] for token in page.tokens) or "нет"


def waiting(page: PageShown) -> str:
    """What waits for the network or for people."""
    unsent = "к отправке"
    if page.trouble_began_at is not None:
        unsent += f", {trouble(page.trouble_code)} с {moment(page.trouble_began_at, page.timezone)}"
    counts = (
        (page.pending, unsent),
        (page.proposed, "решает человек"),
        (page.manual, "вручную"),
        (page.failed, "не вышло"),
        (page.unjudged, "без решения: модель не работает"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts if count) or "—"


def gap(page: PageShown) -> str:
    """The newest time in which events may not have come, and how far it was read again."""
    one = page.gap
    if one is None:
        return "—"
    if one.by_eye:
        return one.by_eye
    states = {
        "waiting": "ещё не начато",
        "reading": "читается",
        "done": "прочитано",
        "partly": "прочитано не всё, сеть не ответила",
        "failed": "прочитать нечем",
    }
    span = f"{moment(one.from_at, page.timezone)} — {moment(one.to_at, page.timezone)}"
    return f"{span}: {states[one.state]}, комментариев {one.seen}, новых {one.found}"


def show_page(page: PageShown, *, json: bool) -> None:
    """Print one page."""
    if json:
        as_json(plain(asdict(page)))
        return
    pause = f"с {moment(page.paused_at, page.timezone)}, включил {page.paused_by}" if page.paused_at else "нет"
    lines = (
        ("Номер", page.id),
        ("Страница", f"{page.network} {page.external_id}"),
        ("Название", page.title),
        ("Режим", page.mode),
        ("Правила", page.policy),
        ("Часовой пояс", page.timezone),
        ("Чья страница", OFFICES[page.office]),
        ("Рабочее время", "своё (page show --json)" if page.calendar else "пн–пт 9:00–18:00"),
        ("Приём событий", INTAKES[page.intake]),
        *(_delivery(page) if page.intake == IntakeKind.CALLBACK else ()),
        ("Ключи доступа", tokens(page)),
        ("Не блокировать", ", ".join(page.trusted) or "—"),
        ("Пауза", pause),
        ("Сеть просит подождать", f"до {moment(page.waits_until, page.timezone)}" if page.waits_until else "нет"),
        ("Последнее событие", moment(page.last_event_at, page.timezone)),
        ("Ждёт", waiting(page)),
        ("Прочитано заново", gap(page)),
    )
    for name, value in lines:
        print(f"{name + ':':<24}{visible(str(value))}")


def _delivery(page: PageShown) -> tuple[tuple[str, str], ...]:
    """What the network needs to bring events; a page that is polled needs none of it."""
    return (
        ("Адрес для сети", f"https://ВАШ-АДРЕС{page.callback_url}"),
        ("Секретный ключ", "задан" if page.has_secret else "нет"),
        ("Строка подтверждения", "задана" if page.has_confirmation else "нет"),
    )


def state(token: TokenChecked) -> str:
    """What a key's check has shown."""
    if token.works:
        return "действует"
    if token.refused:
        return f"сеть не принимает ключ ({token.code})"
    return f"не проверен, {trouble(token.code)}"
