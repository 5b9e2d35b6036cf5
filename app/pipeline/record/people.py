"""Events about people and the page itself: bans, unbans, changes of managers; persons appear as pseudonyms only."""

from app.domain.events import AuthorBanned, AuthorUnbanned, PageChanged, PageMoved
from app.domain.states import CANCELLABLE, ActionState
from app.domain.states import Outcome as Done
from app.domain.words import ActionKind
from app.pipeline.configuration import PageConfig
from app.pipeline.record.items import Outcome
from app.pipeline.record.ledger import ORDERED, ActionRow, Ledger
from app.storage.bulk import Bulk
from app.storage.tables import Action
from app.storage.vault import Vault

#: Details of a change of the page that name people.
_PERSONS = frozenset({"by", "user"})
_COLUMNS = ("id", "kind", "state", "outcome", "comment_id", "page_id", "author_id", "ban_until")
_OPEN = "t.state IN ('proposed', 'pending', 'sending', 'manual', 'done') AND t.kind IN ('ban_author', 'unban_author')"


class People:
    """Binds the machine to what persons did on the page."""

    def __init__(self, ledger: Ledger, bulk: Bulk, vault: Vault) -> None:
        self._ledger = ledger
        self._bulk = bulk
        self._vault = vault

    def pseudonym(self, page: PageConfig, person: str) -> str:
        """The same sixteen signs for the same person; without the key nobody can tell who it is."""
        return self._vault.fingerprint(f"{page.network}:{person}")[:16]

    def apply(self, body: AuthorBanned | AuthorUnbanned | PageChanged | PageMoved, page: PageConfig) -> Outcome:
        """Write what follows from such an event."""
        match body:
            case AuthorBanned():
                return self._banned(body, page)
            case AuthorUnbanned():
                return self._unbanned(body, page)
            case PageChanged():
                return self._page_changed(body, page)
            case PageMoved():
                self._ledger.moved[page.id] = body.to
                return Outcome.RECORDED

    def _banned(self, body: AuthorBanned, page: PageConfig) -> Outcome:
        """A ban: ours come back, or a person's, after which ours is needless."""
        author_id = self._ledger.authors.get((page.network, body.author))
        actions = self._actions(author_id, page)
        if any(self._is_own_ban(action) for action in actions):
            return Outcome.ECHO
        by = self._by(page, body.by)
        for action in actions:
            if action.kind is ActionKind.BAN_AUTHOR and action.state is ActionState.MANUAL:
                self._ledger.end_action(action, ActionState.DONE, by, "banned_in_network", Done.ALREADY)
                self._ledger.loose_actions.append(action)
                if body.until is None:
                    self._ledger.banned_by_hand.append(action.id)
        self._call_back(actions, ActionKind.BAN_AUTHOR, by, "banned_in_network")
        self._ledger.note("banned_in_network", author_id, page=page.id, by=by, until=body.until)
        return Outcome.BOUND

    def _is_own_ban(self, action: ActionRow) -> bool:
        """We are banning, or the ban that we sent holds: one that is over cannot come back to us."""
        if action.kind is not ActionKind.BAN_AUTHOR:
            return False
        holds = action.ban_until is None or action.ban_until > self._ledger.at
        return action.state is ActionState.SENDING or (action.state is ActionState.DONE and holds)

    def _unbanned(self, body: AuthorUnbanned, page: PageConfig) -> Outcome:
        """The end of a term says nothing; a person who lifts a ban lifts the proposed ones too."""
        author_id = self._ledger.authors.get((page.network, body.author))
        actions = self._actions(author_id, page)
        if any(
            a.kind is ActionKind.UNBAN_AUTHOR and a.state in (ActionState.SENDING, ActionState.DONE) for a in actions
        ):
            return Outcome.ECHO
        by = self._by(page, body.by)
        if not body.expired:
            self._call_back(actions, ActionKind.BAN_AUTHOR, by, "unbanned_in_network")
        for action in actions:
            # Whoever lifts the ban in the network leaves nothing to lift: neither by us nor by another hand.
            if action.kind is ActionKind.UNBAN_AUTHOR and action.state in ORDERED:
                self._ledger.end_action(action, ActionState.DONE, by, "unbanned_in_network", Done.ALREADY)
                self._ledger.loose_actions.append(action)
        self._ledger.note("unbanned_in_network", author_id, page=page.id, by=by, expired=body.expired)
        return Outcome.RECORDED if body.expired else Outcome.BOUND

    def _page_changed(self, body: PageChanged, page: PageConfig) -> Outcome:
        """Who runs the page or how it is set: an entry, and the managers' list is unknown until it is read again."""
        details = {
            key: self.pseudonym(page, value) if key in _PERSONS else value for key, value in body.details.items()
        }
        self._ledger.note("page_changed", page.id, what=body.what, details=details)
        if body.what == "group_officers_edit":
            self._ledger.stale_managers.add(page.id)
        if body.what == "rights":
            self._ledger.rights[page.id] = body.details.get("lost", "")
        return Outcome.RECORDED

    def _by(self, page: PageConfig, person: str) -> str:
        return f"network:{self.pseudonym(page, person)}" if person else "network:unknown"

    def _actions(self, author_id: int | None, page: PageConfig) -> list[ActionRow]:
        if author_id is None:
            return []
        rows = self._bulk.match(
            Action, ("author_id", "page_id"), [(author_id, page.id)], _COLUMNS, where=_OPEN, lock=True
        )
        return [
            ActionRow(id_, ActionKind(kind), ActionState(state), outcome, comment_id, page_id, author, until)
            for id_, kind, state, outcome, comment_id, page_id, author, until in rows
        ]

    def _call_back(self, actions: list[ActionRow], kind: ActionKind, by: str, reason: str) -> None:
        for action in actions:
            if action.kind is kind and action.state in CANCELLABLE:
                self._ledger.end_action(action, ActionState.CANCELLED, by, reason)
                self._ledger.loose_actions.append(action)
