"""Commands that judge texts: one by hand, or a file of any length."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from app.commands.installation import open_installation
from app.commands.output import as_json, tell
from app.commands.russian import Commands

if TYPE_CHECKING:
    from app.pipeline.scoring import Recipe, Scored

#: Bad lines that are named one by one; the rest is counted.
NAMED = 20
_PROGRESS_SECONDS = 0.5
_STREAM = Path("-")
PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="ПРАВИЛА", help="Имя правил или файл .toml с правилами.")
]


def register(app: Commands) -> None:
    """Add the commands."""
    app.command("check")(check)
    app.command("score")(score)


def check(
    text: Annotated[str, typer.Argument(metavar="ТЕКСТ", help="Текст комментария; «-» — прочитать его из ввода.")],
    policy: PolicyOption = "default",
    json: Annotated[bool, typer.Option("--json", help="Вывести данные в JSON.")] = False,
) -> None:
    """Проверить один текст: показать решение, оценки, решающие слова и пункт правил."""
    from app.domain.errors import InvalidInputError
    from app.domain.judged import TEXT_LIMIT
    from app.pipeline.scoring import opinion_on

    judged = sys.stdin.read().removesuffix("\n") if text == "-" else text
    try:
        judged.encode()
    except UnicodeEncodeError:
        raise InvalidInputError("ТЕКСТ", "ожидается текст в кодировке UTF-8") from None
    if len(judged) > TEXT_LIMIT:
        raise InvalidInputError("ТЕКСТ", f"ожидается не больше {TEXT_LIMIT} знаков, а здесь {len(judged)}")
    opinion = opinion_on(judged, _recipe(policy))
    if json:
        as_json(opinion)
        return
    from app.commands.verdict import show

    show(judged, opinion)


def score(
    source: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help='Строки {"id": …, "text": …}; «-» — читать из ввода.')],
    target: Annotated[Path, typer.Argument(metavar="ИТОГ", help="Куда записать итог; «-» — писать в вывод.")],
    policy: PolicyOption = "default",
    jobs: Annotated[int, typer.Option(help="Сколько процессов считают; 0 — по числу ядер.", min=0, max=1024)] = 0,
) -> None:
    """Оценить файл комментариев любого размера; порядок строк сохраняется.

    Итог появляется под своим именем, когда он готов целиком. Если нашлись негодные строки, код завершения 1.
    """
    from app.domain.errors import InvalidInputError
    from app.pipeline.bulk_scoring import score_stream, whole_or_nothing
    from app.pipeline.scoring import judge_for

    if source != _STREAM and not source.exists():
        raise InvalidInputError("ФАЙЛ", f"ожидается файл с комментариями, а {source} не найден")
    if target != _STREAM and not target.resolve().parent.is_dir():
        raise InvalidInputError("ИТОГ", f"ожидается файл в существующей папке, а папки {target.parent} нет")
    if target.is_file() and source.is_file() and target.samefile(source):
        raise InvalidInputError("ИТОГ", "ожидается не тот файл, из которого читаются комментарии: итог стёр бы их")
    # So that a half-written file is cleared away when a system is shut down, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    recipe = _recipe(policy)
    # A model or policy that is not fit is found here and not in a process far away.
    judge_for(recipe)
    with ExitStack() as open_files:
        reading: BinaryIO = sys.stdin.buffer if source == _STREAM else open_files.enter_context(source.open("rb"))
        writing: BinaryIO = (
            sys.stdout.buffer if target == _STREAM else open_files.enter_context(whole_or_nothing(target))
        )
        tally = Tally()
        for scored in score_stream(recipe, reading, jobs=jobs or -1):
            writing.write(scored.output)
            tally.add(scored)
        writing.flush()
    tally.close()
    if tally.bad:
        raise typer.Exit(1)


class Tally:
    """Counts lines, names the bad ones, and shows on a terminal how far it has got."""

    def __init__(self) -> None:
        self.lines = 0
        self.bad = 0
        self._start = self._shown = monotonic()
        self._terminal = sys.stderr.isatty()

    def add(self, scored: Scored) -> None:
        """One piece is written."""
        self.lines += scored.lines
        for number, wrong in scored.bad:
            self.bad += 1
            if self.bad <= NAMED:
                self._clear()
                tell(f"строка {number}: {wrong}")
        if self._terminal and monotonic() - self._shown > _PROGRESS_SECONDS:
            self._shown = monotonic()
            sys.stderr.write(f"\r{self._so_far()}\033[K")
            sys.stderr.flush()

    def close(self) -> None:
        """The last words."""
        self._clear()
        if self.bad > NAMED:
            tell(f"… и ещё {self.bad - NAMED}")
        tell(f"{self._so_far()}, негодных: {self.bad}")

    def _so_far(self) -> str:
        seconds = max(monotonic() - self._start, 1e-3)
        return f"Оценено строк: {self.lines}, {self.lines / seconds:.0f} в секунду"

    def _clear(self) -> None:
        if self._terminal:
            sys.stderr.write("\r\033[K")


def _recipe(policy: str) -> Recipe:
    """The model in use and a policy: a file, or the version of that name in force."""
    from app.domain.errors import InvalidInputError
    from app.pipeline.administration.policies import show_policy
    from app.pipeline.scoring import Recipe
    from app.wiring import artefact_folder

    with open_installation(for_judging=True) as (settings, house):
        model = artefact_folder(settings)
        if not policy.endswith(".toml"):
            version = show_policy(house, policy)
            return Recipe(model, f"{version.name}, версия {version.version}", version.source)
    file = Path(policy)
    if not file.is_file():
        raise InvalidInputError("--policy", f"ожидается имя правил или файл .toml, а {policy} не найден")
    return Recipe(model, file.name, file.read_text(encoding="utf-8"))
