"""What the page of one question shows, put together from the case's view and from what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from app.console.queue_way import Walker
from app.domain.principals import Principal
from app.domain.russian_numbers import term
from app.domain.states import CANCELLABLE, CommentState
from app.domain.words import ActionKind, Category, Reason
from app.pipeline.administration.accounts import TokenShown, list_tokens
from app.pipeline.case_view import CaseView, Effect
from app.pipeline.overrule.claims import DECIDING
from app.pipeline.overrule.standing_bans import is_mere_proposal
from app.storage.tables import Action

_ATTACHED: Final[Mapping[str, str]] = {
    "photo": "фото",
    "video": "видео",
    "audio": "аудиозапись",
    "audio_message": "голосовое сообщение",
    "doc": "файл",
    "link": "ссылка",
    "sticker": "стикер",
    "graffiti": "рисунок",
    "poll": "опрос",
    "wall": "запись",
    "market": "товар",
}
_WEEK: Final = 7 * 86_400
_MONTH: Final = 30 * 86_400
_YEAR: Final = 365 * 86_400
_categories: Final = msgspec.json.Decoder(tuple[Category, ...]).decode


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: what was sent and refused, or nothing."""

    problem: str = ""
    #: The field that `problem` is about, '' = the whole.
    where: str = ""
    sent: bool = False
    categories: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


def context(walker: Walker, shown: CaseView, typed: Typed, undo: str) -> dict[str, Any]:
    """Everything that `case.html` names."""
    case, comment = shown.record.case, shown.record.record.comment
    asked = _categories(shown.record.record.decision.categories_json)
    named = [choice.category for choice in shown.choices]
    suggested = [one for one in asked if one in named]
    if not suggested and case.category in named:
        suggested = [Category(case.category)]
    if case.protected:
        # What may be a resident's complaint is removed only for what a person has ticked.
        suggested = []
    tokens = list_tokens(walker.use.house)
    return {
        "view": shown,
        "case": case,
        "comment": comment,
        "author": shown.record.record.author,
        "revision": shown.revisions[0].number if shown.revisions else 1,
        "attached": attached(shown.revisions[0].attachments) if shown.revisions else "",
        "spans": [(span.start, span.end) for span in shown.telling],
        "chosen": set(typed.categories) if typed.sent else {str(one) for one in suggested},
        "one_clause": _one_clause(shown),
        "bans": ban_terms(shown),
        "proposed": _proposed(shown.actions),
        "ban_fate": ban_fate(shown),
        "effects": {effect.kind.value: effect for effect in shown.effects},
        "removal": _removal(shown),
        "is_removed": comment.state == CommentState.REMOVED,
        "now": walker.now,
        "typed": typed,
        "way": walker.way,
        "around": walker.surroundings(case),
        "undo": walker.undoable(undo),
        "colleagues": colleagues(tokens, walker.who, case.page_id),
        "names": {token.account_id: token.name for token in tokens},
        "link": walker.link,
    }


def attached(codes: tuple[str, ...]) -> str:
    """What hangs on a text, in words: `фото, ссылка`."""
    kinds = [code.rstrip("0123456789-_").partition(":")[0] for code in codes]
    return ", ".join(dict.fromkeys(_ATTACHED.get(kind, "вложение") for kind in kinds))


def ban_terms(shown: CaseView) -> tuple[tuple[str, str], ...]:
    """The terms to choose from, as (value, words); empty where the act allows no ban."""
    ladder = {seconds for choice in shown.choices for seconds in choice.ladder}
    comment, author = shown.record.record.comment, shown.record.record.author
    # Where the network offers no ban, a person does it there: the task names the term.
    if not shown.effects or not ladder or author is None or comment.private:
        return ()
    terms = [(str(seconds), term(seconds)) for seconds in sorted(ladder | {_WEEK, _MONTH, _YEAR})]
    return (*terms, ("ever", "бессрочно, с согласия второго сотрудника"))


def _one_clause(shown: CaseView) -> str:
    """The clause that allows every removal; '' where there are several."""
    clauses = {choice.clause for choice in shown.choices}
    return clauses.pop() if len(clauses) == 1 else ""


def _proposed(actions: tuple[Action, ...]) -> str:
    """The ban that the machine proposes, in words; '' if it proposes none."""
    bans = [one for one in actions if one.kind == ActionKind.BAN_AUTHOR and one.state == "proposed"]
    return term(bans[0].ban_seconds) if bans else ""


def ban_fate(shown: CaseView) -> str:
    """What a removal without a new ban does to the one that waits already; '' if none does."""
    bans = [one for one in shown.actions if one.kind == ActionKind.BAN_AUTHOR and one.state in CANCELLABLE]
    if not bans:
        return ""
    words = term(bans[-1].ban_seconds)
    if not is_mere_proposal(bans[-1]):
        return f"Уже назначена {words} и останется. Отметьте, только если нужна другая."
    if shown.record.case.reason == Reason.AUDIT:
        return f"Программа предлагает {words}. Не отметите — предложение останется в «Блокировках»."
    return f"Программа предлагает {words}. Удалите без отметки — предложение будет отклонено."


def _removal(shown: CaseView) -> Effect | None:
    """What removing really does: hiding where the act says so, else deleting."""
    how = shown.choices[0].how if shown.choices else ActionKind.DELETE_COMMENT
    return next((effect for effect in shown.effects if effect.kind is how), None)


def colleagues(tokens: Sequence[TokenShown], who: Principal, page_id: int) -> tuple[str, ...]:
    """Names of those who may decide on this page too."""
    found = {
        token.name
        for token in tokens
        if token.revoked_at is None
        and token.role in DECIDING
        and token.account_id != who.account_id
        and (token.pages is None or page_id in token.pages)
    }
    return tuple(sorted(found))
