"""The command that judges stored comments once more, with another model or other rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.installation import CLI, open_installation
from app.commands.output import as_json, progress, visible
from app.commands.russian import Commands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.pipeline.house import House
    from app.pipeline.replay import Change, PolicyOf, Tally
    from model.artefact import Artefact


def register(app: Commands) -> None:
    """Add the command."""
    app.command("replay")(replay)


def replay(
    *,
    since: Annotated[str, typer.Option("--since", metavar="ДЕНЬ", help="С какого дня: 2026-11-01.")],
    model: Annotated[
        Path | None, typer.Option("--model", metavar="ПАПКА", help="Папка модели; без неё та, что работает.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="ПРАВИЛА", help="Имя правил или файл .toml; без них у страниц свои."),
    ] = None,
    page: Annotated[int | None, typer.Option("--page", metavar="СТРАНИЦА", help="Только эта страница.")] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Показать и тексты примеров; пишется в журнал.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Рассудить сохранённые комментарии заново и сказать, что решили бы иначе. Ничего не меняет.

    Сравнивается с тем, что программа решила тогда. Личные сообщения судятся, но не показываются.
    """
    from app.commands.labels import chosen_pages
    from app.commands.moments import instant
    from app.domain.errors import InvalidInputError
    from app.pipeline.models import open_model
    from app.pipeline.replay import Candidate, Past, take_all_again
    from app.wiring import open_artefact
    from model.scorer import Scorer

    if model is None and policy is None:
        raise InvalidInputError("--model", "ожидается папка модели, или имя правил в --policy, или то и другое")
    with open_installation() as (settings, house):
        past = Past(instant(since, "since") or 0, house.clock.now() + 1, chosen_pages(house, page))
        artefact = open_model(model) if model else open_artefact(settings)
        candidate = Candidate(Scorer(artefact), _policy_of(house, artefact, policy))
        tally = take_all_again(house, past, candidate, progress("Проверено"))
        shown = _texts(house, tally) if texts else {}
    if json:
        as_json({"model": artefact.manifest.version, "policy": policy, **tally.as_json(), "texts": shown})
        return
    for line in _told(tally):
        print(line)
    for decision, text in shown.items():
        print(f"  {decision}: {visible(text)}")


def _policy_of(house: House, artefact: Artefact, policy: str | None) -> PolicyOf:
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.policies import show_policy
    from app.pipeline.replay import pages_own
    from app.policy.binding import bind
    from app.policy.rules import parse

    if policy is None:
        return pages_own(house, artefact.manifest)
    if policy.endswith(".toml"):
        try:
            source = Path(policy).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise InvalidInputError("policy", f"ожидается имя правил или файл .toml, а {policy} не читается") from None
        bound = bind(parse(source, file=Path(policy).name), artefact.manifest)
    else:
        version = show_policy(house, policy)
        bound = bind(parse(version.source, file=f"{version.name}, версия {version.version}"), artefact.manifest)
    return lambda _page: bound


def _texts(house: House, tally: Tally) -> dict[str, str]:
    """The words of the examples; whoever reads them is noted."""
    from app.journal.chain import Entry, append
    from app.storage.decisions import read_decisions

    ids = [one for change in (tally.newly_removed, tally.no_longer_removed) for one in change.named]
    with house.database.write() as session:
        append(
            session, house.journal_key, [Entry("texts_shown", None, {"by": CLI, "decisions": ids})], house.clock.now()
        )
    with house.database.read() as session:
        records = read_decisions(session, ids)
    hidden = "[личное сообщение]"
    return {
        str(one.decision.id): hidden if one.comment.private else (one.body.text if one.body else None) or ""
        for one in records
    }


def _told(tally: Tally) -> list[str]:
    """What was found, a line each."""
    return [
        f"Рассужено заново: {tally.judged}, решение другое: {tally.changed}. Стёртых текстов: {tally.erased}.",
        f"Удалялось: {tally.removed_before}, удалялось бы: {tally.removed_after}.",
        *_change("Удалилось бы впервые", tally.newly_removed),
        *_change("Больше не удалялось бы", tally.no_longer_removed),
    ]


def _change(what: str, change: Change) -> Sequence[str]:
    people = f"из них люди оставили: {change.people_kept}, удалили: {change.people_removed}"
    lines = [f"{what}: {change.decisions}" + (f"; {people}." if change.decisions else ".")]
    if change.named:
        lines.append("  решения: " + ", ".join(map(str, change.named)))
    return lines
