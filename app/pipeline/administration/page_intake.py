"""How a page's events come: the network calls us, or we ask it; and what is still missing until they do."""

from sqlmodel import Session

from app.domain.errors import InvalidInputError, NotAllowedError
from app.domain.ports import Adapter
from app.domain.wording import INTAKES
from app.domain.words import IntakeKind
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_fields import NewPage, PageChanges
from app.storage import pages as queries
from app.storage.tables import Page


def checked_intake(network: Adapter, value: str) -> IntakeKind:
    """The way of this name, if the network knows it.

    Raises:
        InvalidInputError: there is no such way, or the network has only the other one.
    """
    if value not in set(IntakeKind):
        raise InvalidInputError("intake", f"ожидается одно из: {', '.join(IntakeKind)}")
    if value not in network.form.intakes:
        known = ", ".join(sorted(network.form.intakes))
        raise InvalidInputError("intake", f"сеть {network.name} так не умеет: ожидается {known}")
    return IntakeKind(value)


def first_intake(network: Adapter, new: NewPage) -> IntakeKind:
    """The way that was asked for; else Long Poll where a community's key is all there is, for it needs nothing more.

    A network that calls one address for a whole bot is told that address first: its pages begin with callbacks.
    """
    if new.intake is not None:
        return checked_intake(network, new.intake)
    others = (new.secret, new.confirmation, new.user_token)
    alone = network.connector is not None and bool(new.community_token) and not any(others)
    return IntakeKind.LONGPOLL if alone else IntakeKind.CALLBACK


def change_intake(acting: Acting, network: Adapter, page: Page, changes: PageChanges) -> dict[str, object]:
    """Let events come the other way; returns what the journal keeps.

    One bot hears for all of its pages: where one changes, all of them do.

    Raises:
        InvalidInputError: the network knows no such way.
        NotAllowedError: pages that whoever acts may not touch would change with it.
    """
    if changes.intake is None:
        return {}
    intake, before = checked_intake(network, changes.intake), page.intake
    if intake == before:
        return {}
    others = neighbours(acting.session, network, page)
    if acting.pages is not None and not acting.pages.issuperset(one.id for one in others):
        raise NotAllowedError("события этого бота приходят и для других страниц: способ меняет тот, кому они доступны")
    for one in (page, *others):
        one.intake = intake.value
        acting.session.add(one)
    with_it = {"with": [str(one.id) for one in others]} if others else {}
    return {"intake": [before, intake.value], **with_it}


def neighbours(session: Session, network: Adapter, page: Page) -> list[Page]:
    """The other pages whose events come the same way as this one's, because one bot hears for all of them."""
    if not network.source_is_shared:
        return []
    return [one for one in queries.pages_of_connection(session, page.connection_id) if one.id != page.id]


def as_neighbours(session: Session, network: Adapter, page: Page) -> tuple[str, ...]:
    """Let a page's events come as those of its bot's other pages do; what is told of it."""
    for one in neighbours(session, network, page)[:1]:
        if one.intake != page.intake:
            page.intake = one.intake
            return (f"события приходят так же, как у других страниц этого бота: {INTAKES[one.intake]}",)
    return ()


def still_missing(network: Adapter, new: NewPage, page_id: int) -> tuple[str, ...]:
    """What a new page waits for."""
    lacks = [one for one in (network.off_because, network.lacks) if one]
    if not (new.user_token or new.community_token):
        lacks.append("нет ключа доступа: решения принимаются, но действия ждут, пока его не укажут")
    if network.subscriber is not None:
        lacks.append(f"события пойдут после подключения: dvornik page connect {page_id}")
    if network.connector is None:
        return tuple(lacks)
    if first_intake(network, new) is IntakeKind.LONGPOLL:
        lacks.append(f"события пойдут после подключения: dvornik page connect {page_id}")
    elif not new.confirmation:
        lacks.append(
            "нет строки подтверждения: без неё ВКонтакте не примет адрес сервера;"
            f" её получит сама команда dvornik page connect {page_id}"
        )
    return tuple(lacks)


def next_step(page: Page, changed: dict[str, object]) -> tuple[str, ...]:
    """What a changed way asks of whoever changed it."""
    if "intake" not in changed:
        return ()
    told = f"чтобы события пошли по-новому: dvornik page connect {page.id}"
    others = changed.get("with")
    if not isinstance(others, list):
        return (told,)
    return (told, f"так же теперь приходят события остальных страниц этого бота: {', '.join(others)}")
