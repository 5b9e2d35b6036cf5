"""What the keeper of a page should see at once: what stands still, and what has no ground; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.clock import DAY
from app.domain.watching import Matter
from app.domain.wording import SLOTS, trouble
from app.domain.words import Mode
from app.pipeline.administration.page_overview import GapShown, PageShown
from app.pipeline.watching.shown import IncidentShown
from app.policy.rules import Policy, TermSource
from app.storage.rereads import DONE, FAILED, PARTLY

#: A page of a small settlement may be silent for days; after this long somebody should look whether events arrive.
SILENCE: Final = 3 * DAY


class Urgency(StrEnum):
    """How loudly it is said; the values are the console's classes of notices."""

    STOPPED = "bad"
    MIND = "warn"


@dataclass(frozen=True, slots=True)
class PageAlert:
    """One line; `since` in microseconds, None where it has no beginning."""

    urgency: Urgency
    text: str
    since: int | None = None


#: Incidents that the page itself does not show already.
_TOLD: Final = (
    Matter.SILENCE,
    Matter.CALLBACK_SERVER,
    Matter.POLLING,
    Matter.MODEL,
    Matter.RIGHTS,
    Matter.PAGE_MOVED,
)


def alerts(page: PageShown, policy: Policy, now: int, incidents: Sequence[IncidentShown] = ()) -> tuple[PageAlert, ...]:
    """Everything that is amiss with a page, what stands still first; `incidents` are those that go on there."""
    waiting = () if any(one.what == Matter.SILENCE for one in incidents) else _waiting(page, now)
    found = [*_stopped(page), *_incidents(incidents), *_ground(policy), *waiting]
    return tuple(sorted(found, key=lambda one: one.urgency is not Urgency.STOPPED))


def _stopped(page: PageShown) -> Iterator[PageAlert]:
    if page.paused_at is not None:
        by = page.paused_by.removeprefix("person:")
        yield PageAlert(Urgency.STOPPED, f"Отправка остановлена (остановил {by})", page.paused_at)
    if page.fell_at is not None:
        yield PageAlert(
            Urgency.STOPPED,
            "За час удалено слишком много: программа только предлагает, пока человек не вернёт режим",
            page.fell_at,
        )
    if page.trouble_began_at is not None:
        yield PageAlert(
            Urgency.STOPPED, f"Отправка в сеть не идёт: {trouble(page.trouble_code)}", page.trouble_began_at
        )
    if page.unjudged:
        yield PageAlert(
            Urgency.STOPPED,
            f"Без решения текстов: {page.unjudged}. Модель не работает; они сохранены и будут разобраны, "
            "когда она заработает",
        )
    for token in page.tokens:
        if token.dead_at is not None:
            whose = SLOTS.get(token.slot, token.slot)
            yield PageAlert(
                Urgency.STOPPED, f"Ключ {whose} больше не действует: {trouble(token.dead_code)}", token.dead_at
            )
    if not page.tokens and page.mode != Mode.SHADOW:
        yield PageAlert(Urgency.STOPPED, "Ключа доступа нет: отправить в сеть ничего нельзя")


def _incidents(incidents: Sequence[IncidentShown]) -> Iterator[PageAlert]:
    for one in incidents:
        if one.what in _TOLD:
            text = f"{one.text[:1].upper()}{one.text[1:]}"
            yield PageAlert(Urgency.STOPPED, text, one.began_at)


def _ground(policy: Policy) -> Iterator[PageAlert]:
    """A measure that rests on no paper cannot be defended in court."""
    if policy.act is None:
        yield PageAlert(Urgency.STOPPED, "Основание не указано: за правилами страницы нет опубликованного акта")
    elif policy.bans is not None and policy.bans.source is TermSource.PROPOSAL:
        yield PageAlert(
            Urgency.STOPPED, "Основание сроков не указано: сроки блокировок предложены программой, приказа о них нет"
        )


def _waiting(page: PageShown, now: int) -> Iterator[PageAlert]:
    if page.gap is not None and (page.gap.state != DONE or page.gap.found):
        yield _read_again(page.gap)
    if page.waits_until is not None:
        yield PageAlert(Urgency.MIND, f"Сеть просит подождать: {trouble(page.wait_code)}")
    if page.last_event_at is None:
        if now - page.created_at > DAY:
            yield PageAlert(Urgency.MIND, "С подключения не пришло ни одного события: проверьте настройки в сети")
    elif now - page.last_event_at > SILENCE:
        yield PageAlert(Urgency.MIND, "Событий давно не было: проверьте, доходят ли они", page.last_event_at)


def _read_again(gap: GapShown) -> PageAlert:
    """What became of the comments that nobody may have told us of."""
    if gap.by_eye:
        return PageAlert(Urgency.STOPPED, f"{gap.by_eye[:1].upper()}{gap.by_eye[1:]}")
    if gap.state == FAILED:
        words = f"Прочитать заново пропущенное нечем: {trouble(gap.code)}. Посмотрите комментарии на странице сами"
        return PageAlert(Urgency.STOPPED, words, gap.from_at)
    if gap.state == PARTLY:
        words = (
            f"Время, когда события могли не дойти, прочитано заново не всё: сеть ответила не на все вопросы. "
            f"Комментариев {gap.seen}, новых {gap.found}; остальное посмотрите на странице сами"
        )
        return PageAlert(Urgency.STOPPED, words, gap.from_at)
    if gap.state == DONE:
        words = f"Время, когда события могли не дойти, прочитано заново: комментариев {gap.seen}, новых {gap.found}"
        return PageAlert(Urgency.MIND, words, gap.from_at)
    words = f"События могли не дойти, страница читается заново: комментариев {gap.seen}, новых {gap.found}"
    return PageAlert(Urgency.MIND, words, gap.from_at)
