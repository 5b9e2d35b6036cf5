"""Reading of the promise sample by two readers: lists what is unread, blind, and merges their verdicts."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from model.artefact import load
from model.labels import CATEGORIES
from model.scorer import Scorer
from training import thresholds
from training.dataset import Row, read_folder
from training.linear import SEED
from training.train import promise_rows

VERDICTS: Final = ("clean", *CATEGORIES)
# For every comment from the top one from below, so that standing in the list says nothing.
_MIXED: Final = 0.5


def unread(rows: Sequence[Row], numbers: Sequence[float], verdicts: Mapping[str, str], top: int) -> list[Row]:
    """The `top` highest comments that nobody read and half as many from below, shuffled, without their scores.

    `numbers` say how far each row stands above its threshold, as `thresholds.family` does.
    """
    order = sorted(range(len(rows)), key=lambda n: -numbers[n])
    left = [n for n in order if rows[n].digest not in verdicts]
    draw = np.random.default_rng(SEED)
    lower = left[top:]
    mixed = draw.permutation(len(lower))[: int(_MIXED * top)].tolist()
    chosen = left[:top] + [lower[place] for place in mixed]
    return [rows[chosen[place]] for place in draw.permutation(len(chosen)).tolist()]


@dataclass(frozen=True, slots=True)
class Merged:
    """What two readers said: the verdicts both gave, the digests they differ on, and their agreement."""

    agreed: dict[str, str]
    differ: list[str]
    kappa: float


def merge(first: Mapping[str, str], second: Mapping[str, str]) -> Merged:
    """Verdicts that both readers gave; Cohen's kappa over the texts that both read."""
    both = [digest for digest in first if digest in second]
    agreed = {digest: first[digest] for digest in both if first[digest] == second[digest]}
    counts = Counter(first[d] for d in both), Counter(second[d] for d in both)
    size = len(both) or 1
    chance = sum(counts[0][v] * counts[1][v] for v in VERDICTS) / size**2
    kappa = 1.0 if chance == 1.0 else (len(agreed) / size - chance) / (1.0 - chance)
    return Merged(agreed, [d for d in both if d not in agreed], kappa)


def add(path: Path, agreed: Mapping[str, str]) -> int:
    """Write verdicts into the file of readings, sorted by digest; returns how many were not there."""
    known = thresholds.readings(path)
    new = {d: v for d, v in agreed.items() if d not in known}
    lines = [json.dumps({"digest": d, "verdict": v}) for d, v in sorted((known | new).items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(new)


def write_unread(data: Path, model: Path, top: int, out: Path) -> int:
    """Write the unread comments of the promise sample for a reader, one JSON object a line; the verdict is to fill in.

    The file holds people's comments: it is for reading, never for the repository.
    """
    artefact = load(model)
    rows = promise_rows(read_folder(data), artefact.manifest.calibration["held_out"])
    scores = np.array(Scorer(artefact).score_many([row.text for row in rows]))[:, : len(CATEGORIES)]
    numbers = thresholds.family(scores, artefact.manifest.calibration["zero"])
    chosen = unread(rows, numbers.tolist(), thresholds.readings(), top)
    lines = [json.dumps({"digest": r.digest, "verdict": "", "text": r.text}, ensure_ascii=False) for r in chosen]
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(chosen)


app = typer.Typer(help="Чтение выборки обещаний двумя читателями.", no_args_is_help=True)


@app.command("unread")
def unread_command(
    data: Annotated[Path, typer.Option(help="Папка с данными обучения.")],
    model: Annotated[Path, typer.Option(help="Папка модели.")],
    out: Annotated[Path, typer.Option(help="Куда записать список; в нём тексты людей, в репозиторий он не идёт.")],
    top: Annotated[int, typer.Option(help="Сколько верхних непрочитанных комментариев взять.")] = 60,
) -> None:
    """Записать верхние непрочитанные комментарии: вперемешку с нижними, без оценок; вердикт вписывает читатель."""
    typer.echo(f"{write_unread(data, model, top, out)} -> {out}")


@app.command("merge")
def merge_command(
    first: Annotated[Path, typer.Argument(help="Список первого читателя.")],
    second: Annotated[Path, typer.Argument(help="Список второго читателя.")],
    into: Annotated[Path, typer.Option(help="Файл вердиктов.")] = thresholds.READINGS,
) -> None:
    """Добавить вердикты, в которых два читателя сошлись, и сказать, в чём они расходятся."""
    found = merge(thresholds.readings(first), thresholds.readings(second))
    typer.echo(f"согласны: {len(found.agreed)}, расходятся: {len(found.differ)}, каппа {found.kappa:.2f}")
    typer.echo(f"новых вердиктов: {add(into, found.agreed)} -> {into}")
    for digest in found.differ:
        typer.echo(f"нужен третий читатель: {digest}")


if __name__ == "__main__":
    app()
