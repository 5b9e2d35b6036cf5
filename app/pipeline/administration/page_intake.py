"""How a page's events come: the network calls us, or we ask it; and what is still missing until they do."""

from app.domain.errors import InvalidInputError
from app.domain.ports import Adapter
from app.domain.words import IntakeKind
from app.pipeline.administration.page_fields import NewPage, PageChanges
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


def change_intake(network: Adapter, page: Page, changes: PageChanges) -> dict[str, object]:
    """Let events come the other way; returns what the journal keeps."""
    if changes.intake is None:
        return {}
    intake, before = checked_intake(network, changes.intake), page.intake
    if intake == before:
        return {}
    page.intake = intake.value
    return {"intake": [before, intake.value]}


def still_missing(network: Adapter, new: NewPage, page_id: int) -> tuple[str, ...]:
    """What a new page waits for."""
    lacks = []
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
    return (f"чтобы события пошли по-новому: dvornik page connect {page.id}",) if "intake" in changed else ()
