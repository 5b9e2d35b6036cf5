"""Who is told when something stops: channels, trying them, and what goes on right now."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from app.console.errors import said_of, status_of
from app.console.shell import Form, Signed, Use, number, redirect, render, text
from app.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.domain.incident_wording import CHANNELS, refusal
from app.domain.principals import Principal
from app.domain.watching import ChannelKind
from app.pipeline.administration import alert_channels as acts
from app.pipeline.administration.pages import list_pages
from app.pipeline.process import Services
from app.pipeline.watching.shown import IncidentFilter, list_incidents
from app.working import alert_post

router = APIRouter()
#: Incidents that are shown.
_SHOWN: Final = 50


@router.get("/alerts")
def alerts(request: Request, who: Signed, use: Use) -> Response:
    """Channels, and incidents, the newest first."""
    return _front(request, _whole(who), use)


@router.post("/alerts")
def add(request: Request, who: Signed, use: Use, sent: Form) -> Response:
    """Tell one more."""
    try:
        channel = acts.add_channel(use.house, _described(sent), by=_whole(who).by)
    except (InvalidInputError, NotFoundError) as error:
        return _front(request, who, use, sent=sent, wrong=said_of(error), status=status_of(error))
    return redirect(request, "/alerts", said=f"Канал добавлен: {channel.address}. Отправьте проверочное письмо.")


@router.post("/alerts/{channel_id}/test")
def test(request: Request, channel_id: str, who: Signed, use: Use) -> Response:
    """Send a letter that tells nothing."""
    code = acts.try_channel(use.house, alert_post(use.settings, use.house.clock), _channel(channel_id, who))
    if code:
        return _front(request, who, use, untaken=refusal(code))
    return redirect(request, "/alerts", said="Письмо отправлено: проверьте, что оно пришло.")


@router.post("/alerts/{channel_id}/remove")
def remove(request: Request, channel_id: str, who: Signed, use: Use) -> Response:
    """Tell one less."""
    acts.remove_channel(use.house, _channel(channel_id, who), by=who.by)
    return redirect(request, "/alerts", said="Канал убран.")


def _whole(who: Principal) -> Principal:
    if who.pages is not None:
        raise NotAllowedError("оповещения настраивает тот, кому открыты все страницы")
    return who


def _channel(text_of_id: str, who: Principal) -> int:
    """For whoever may not touch every page there is no channel."""
    channel_id = number(text_of_id, "такого канала")
    if who.pages is not None:
        raise acts.missing(channel_id)
    return channel_id


def _described(sent: FormData) -> acts.NewChannel:
    kind, page = text(sent, "kind"), text(sent, "page")
    begin, end = text(sent, "quiet_from"), text(sent, "quiet_to")
    if bool(begin) != bool(end):
        raise InvalidInputError("тихие часы", "укажите и начало, и конец")
    only = text(sent, "only")
    return acts.NewChannel(
        kind,
        text(sent, "address"),
        page=number(page, "такой страницы") if kind == ChannelKind.VK and page else None,
        token=text(sent, "token") if kind == ChannelKind.TELEGRAM else "",
        pages=[number(only, "такой страницы")] if only else None,
        quiet=f"{begin}-{end}" if begin else "",
        timezone=text(sent, "timezone"),
    )


def _front(
    request: Request,
    who: Principal,
    use: Services,
    *,
    sent: FormData | None = None,
    wrong: str = "",
    untaken: str = "",
    status: int = 200,
) -> Response:
    pages = list_pages(use.house, who.pages)
    found, _ = list_incidents(use.house, IncidentFilter(), limit=_SHOWN)
    # The bot's token is not shown again: it would stand in the page.
    typed = {name: text(sent, name) for name in ("address", "quiet_from", "quiet_to", "only", "page")} if sent else {}
    return render(
        request,
        "alerts.html",
        status=status,
        channels=acts.list_channels(use.house),
        incidents=found,
        kinds=CHANNELS,
        pages=pages,
        titles={page.id: page.title for page in pages},
        zones=sorted({page.timezone for page in pages} | {"Europe/Moscow"}),
        kind=text(sent, "kind") if sent else ChannelKind.EMAIL.value,
        typed=typed,
        wrong=wrong,
        untaken=untaken,
        refusal=refusal,
        mail_is_set=bool(use.settings.smtp_url),
    )
