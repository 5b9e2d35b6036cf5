"""Pages come, change and go; each act is one transaction with its journal entry."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.domain.errors import ConflictError, NotAllowedError
from app.domain.ports import Adapter, PageForm
from app.domain.words import IntakeKind
from app.journal.chain import Entry
from app.pipeline.addresses import callback_path
from app.pipeline.administration import page_fields as fields
from app.pipeline.administration import page_tokens
from app.pipeline.administration.acting import Acting
from app.pipeline.administration.page_description import change_description
from app.pipeline.administration.page_fields import NewPage, PageChanges, form_of
from app.pipeline.administration.page_intake import as_neighbours, change_intake, first_intake, next_step, still_missing
from app.pipeline.administration.page_overview import PageShown, list_pages, missing, show_page
from app.pipeline.administration.page_removal import remove_page
from app.pipeline.administration.page_secret import new_secret, set_secret
from app.pipeline.administration.page_tokens import Tokens
from app.pipeline.administration.page_version import refuse_other_version
from app.pipeline.administration.policies import check_mode
from app.pipeline.house import House
from app.pipeline.mode_change import apply_mode_change
from app.storage import pages as queries
from app.storage import registry
from app.storage.tables import Connection, Page

__all__ = [
    "AddedPage",
    "ChangedPage",
    "NewPage",
    "PageChanges",
    "add_page",
    "change_page",
    "list_pages",
    "remove_page",
    "show_page",
]


@dataclass(frozen=True, slots=True)
class AddedPage:
    """A page that was added; `secret` is shown this once, None where the network has none or it is known already."""

    id: int
    network: str
    external_id: str
    callback_url: str
    secret: str | None
    mode: str
    policy: str
    intake: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """A page after its change, and what its keeper should know."""

    page: PageShown
    warnings: tuple[str, ...]


def add_page(house: House, new: NewPage, *, by: str) -> AddedPage:
    """Add a page; one that was removed earlier comes back with its id and its history.

    Raises:
        InvalidInputError: a field is wrong; the message names it and what belongs there.
        ConflictError: the page is there already.
    """
    network = fields.network_named(house.networks, new.network)
    checked = _checked(network, new)
    try:
        with house.database.write() as session:
            return _add(Acting(session, house, house.clock.now(), by), network, checked)
    except IntegrityError:
        raise _duplicate(network.name, checked.external_id) from None


def check_new_page(house: House, new: NewPage) -> None:
    """Whether such a page could be added.

    Raises:
        InvalidInputError: a field is wrong, or there are no such rules, or they do not go with the mode.
    """
    checked = _checked(fields.network_named(house.networks, new.network), new)
    with house.database.read() as session:
        check_mode(session, checked.policy, fields.mode_named(checked.mode))


def _checked(network: Adapter, new: NewPage) -> NewPage:
    fields.checked_timezone(new.timezone)
    fields.mode_named(new.mode)
    fields.office_named(new.office)
    fields.checked_calendar(new.calendar)
    first_intake(network, new)
    _check_credentials(network.form, new)
    return replace(new, external_id=network.form.checked_id(new.external_id), title=fields.checked_title(new.title))


def _check_credentials(form: PageForm, given: NewPage | PageChanges) -> None:
    if given.secret is not None:
        fields.checked_secret(form, given.secret)
    fields.checked_confirmation(given.confirmation or "")
    fields.checked_token("user_token", given.user_token or "")
    fields.checked_token("community_token", given.community_token or "")


def _duplicate(network: str, external_id: str) -> ConflictError:
    return ConflictError(f"страница {network} {external_id} уже добавлена")


def _add(acting: Acting, network: Adapter, new: NewPage) -> AddedPage:
    page = queries.page_at(acting.session, network.name, new.external_id)
    if page is not None and page.removed_at is None:
        raise _duplicate(network.name, new.external_id)
    check_mode(acting.session, new.policy, fields.mode_named(new.mode))
    tokens = Tokens(new.user_token or None, new.community_token or None)
    connection = page_tokens.connection_for(acting, network.name, tokens)
    page = _filled(acting, page, network, new)
    page.connection_id = connection.id
    together = as_neighbours(acting.session, network, page)
    secret = _first_secret(acting.house, page, connection, new.secret)
    acting.session.add(page)
    acting.session.add(connection)
    acting.session.flush()
    page_tokens.store_tokens(acting, page, tokens)
    registry.enter_page(acting.session, acting.house.ids, page.id, acting.at)
    body = {
        "by": acting.who,
        "network": page.network,
        "external_id": page.external_id,
        "policy": page.policy_name,
        "mode": page.mode,
    }
    acting.settle([Entry("page_added", page.id, body)])
    return AddedPage(
        id=page.id,
        network=page.network,
        external_id=page.external_id,
        callback_url=callback_path(page, connection, network.form),
        secret=secret,
        mode=page.mode,
        policy=page.policy_name,
        intake=page.intake,
        warnings=(*fields.unused_options(network, new), *still_missing(network, new, page.id), *together),
    )


def _filled(acting: Acting, removed: Page | None, network: Adapter, new: NewPage) -> Page:
    """A new row, or that of the page that was removed: what a network calls by one id keeps one history."""
    values: dict[str, Any] = {
        "title": new.title,
        "policy_name": new.policy,
        "mode": new.mode,
        "timezone": new.timezone,
        "office": new.office,
        "intake": first_intake(network, new).value,
        "calendar_json": fields.checked_calendar(new.calendar),
        "confirmation": (new.confirmation or "") if "confirmation" in network.form.uses else "",
        "removed_at": None,
    }
    if removed is not None:
        for name, value in values.items():
            setattr(removed, name, value)
        return removed
    return Page(
        id=acting.house.ids(),
        network=network.name,
        external_id=new.external_id,
        created_at=acting.at,
        managers_read_at=None,
        paused_at=None,
        **values,
    )


def _first_secret(house: House, page: Page, connection: Connection, given: str | None) -> str | None:
    """Set the secret that was given, else a new one unless the connection has one; None = nothing to show."""
    if "secret" not in form_of(house, page.network).uses or (given is None and connection.secret_enc):
        return None
    if given is None and page.intake == IntakeKind.LONGPOLL:
        # Nobody sends anything that could carry it; connecting by callback makes one.
        return None
    secret = given if given is not None else new_secret()
    set_secret(house, page, connection, secret)
    return secret


def change_page(
    house: House,
    page_id: int,
    changes: PageChanges,
    *,
    by: str,
    pages: frozenset[int] | None = None,
    version: str | None = None,
) -> ChangedPage:
    """Change what `changes` names; `pages` are those that the actor may touch, None = every page.

    `version` is that of the page which the actor has read; None = the change is meant for whatever stands there.

    Raises:
        NotFoundError: there is no such page.
        InvalidInputError: a field is wrong.
        NotAllowedError: the secret is that of foreign pages too.
        ConflictError: the page has another version, or has to change its connection while an action is being sent.
    """
    with house.database.write() as session:
        acting = Acting(session, house, house.clock.now(), by, pages)
        page = _locked(acting, page_id)
        network = fields.network_named(house.networks, page.network)
        refuse_other_version(page, queries.credentials_of(session, [page.connection_id]), version)
        _check_credentials(network.form, changes)
        body = {
            **_change_rules(acting, page, changes),
            **change_description(page, changes),
            **change_intake(acting, network, page, changes),
            **_change_credentials(acting, page, changes),
        }
        moved = as_neighbours(session, network, page)
        session.add(page)
        if body:
            acting.settle([Entry("page_changed", page.id, {"by": acting.who, **body})])
        told = (*fields.unused_options(network, changes), *next_step(page, body), *moved)
    page_now = show_page(house, page_id)
    left = page_tokens.left_to_people(Tokens(changes.user_token, changes.community_token), page_now.manual)
    return ChangedPage(page_now, (*told, *left))


def _locked(acting: Acting, page_id: int) -> Page:
    page = queries.page_of(acting.session, page_id, lock=True)
    if page is None:
        raise missing(page_id)
    return page


def _change_rules(acting: Acting, page: Page, changes: PageChanges) -> dict[str, object]:
    """Policy and mode, which must fit each other whichever of them changes; returns what the journal keeps of it."""
    if changes.policy is None and changes.mode is None:
        return {}
    body: dict[str, object] = {}
    mode = fields.mode_named(page.mode if changes.mode is None else changes.mode)
    policy = page.policy_name if changes.policy is None else changes.policy
    check_mode(acting.session, policy, mode)
    if policy != page.policy_name:
        body["policy"] = [page.policy_name, policy]
        page.policy_name = policy
    if mode.value != page.mode:
        body["mode"] = [page.mode, mode.value]
        apply_mode_change(acting.session, acting.house, page, mode, acting.at, acting.who)
    return body


def _change_credentials(acting: Acting, page: Page, changes: PageChanges) -> dict[str, object]:
    """Secret, confirmation and tokens; the journal learns which, never what."""
    form = form_of(acting.house, page.network)
    changed = list(page_tokens.change_tokens(acting, page, Tokens(changes.user_token, changes.community_token)))
    if changes.secret is not None and "secret" in form.uses:
        if not form.secret_on_page and page_tokens.serves_foreign(acting, page.connection_id):
            raise NotAllowedError("секретный ключ общий с другими страницами: его меняет тот, кому они доступны")
        connection = queries.connections_of(acting.session, [page.connection_id])[page.connection_id]
        set_secret(acting.house, page, connection, changes.secret)
        acting.session.add(connection)
        changed.append("secret")
    if changes.confirmation is not None and "confirmation" in form.uses:
        page.confirmation = changes.confirmation
        changed.append("confirmation")
    return {"credentials": changed} if changed else {}
