"""The commands of those who train models; found by `dvornik` through its entry-point group."""

import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from model.artefact import load
from model.errors import ArtefactError
from training.errors import AgreementError, DataError


def _refuse(error: Exception | str) -> typer.Exit:
    Console(stderr=True).print(str(error), style="red", markup=False, soft_wrap=True)
    return typer.Exit(2)


def _missing(error: ModuleNotFoundError) -> typer.Exit:
    """Serving needs none of the training libraries, so they may not be there."""
    return _refuse(
        f"Для обучения не установлена библиотека {error.name}: "
        ".venv/bin/pip install --require-hashes -r requirements/train.txt"
    )


def _today() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return time.strftime("%Y-%m-%d", time.gmtime(int(epoch) if epoch else None))


def train_command(
    data: Annotated[Path, typer.Option("--data", help="Папка с toxic.jsonl, municipal.jsonl, spam.jsonl.")],
    out: Annotated[Path, typer.Option("--out", help="Куда записать модель.")],
    *,
    labels: Annotated[Path | None, typer.Option("--labels", help="Метки людей: dvornik labels export.")] = None,
    held_out: Annotated[
        str,
        typer.Option(
            help="Источники, на которых доказываются обещания, через запятую. "
            "Первый не учит ничему, остальные учат только узнавать обращения."
        ),
    ] = "sloyka/,SOIKA/",
    created: Annotated[str | None, typer.Option(help="Дата в манифесте; по умолчанию сегодня.")] = None,
    jobs: Annotated[int, typer.Option(help="Сколько ядер занять.", min=1)] = 1,
) -> None:
    """Обучить модель и записать её с обещаниями и карточкой."""
    # Heavy imports wait until the command runs: `dvornik --help` must stay fast.
    try:
        from training.train import STEPS, train
    except ModuleNotFoundError as error:
        raise _missing(error) from error

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("начало", total=STEPS)

        def step(message: str) -> None:
            progress.update(bar, advance=1, description=message)

        try:
            artefact = train(
                data, out, created=created or _today(), labels=labels, prefix=held_out, jobs=jobs, step=step
            )
        except (DataError, AgreementError) as error:
            raise _refuse(error) from error
        progress.update(bar, completed=STEPS, description="готово")
    typer.echo(f"{artefact.manifest.version} -> {out}")
    people = artefact.manifest.metrics.get("labels")
    if people:
        typer.echo(
            f"метки людей: учат {people['taught']}, только измеряют {people['measured']}, "
            f"повторов {people['repeated']}, противоречивых текстов {people['disagreed']}"
        )
    for name, reason in artefact.manifest.refused.items():
        typer.echo(f"обещание {name} не даётся: {reason}", err=True)


def evaluate_command(
    artefact: Annotated[Path, typer.Argument(help="Папка модели.", metavar="ПАПКА")],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="Папка с размеченными текстами: toxic.jsonl, municipal.jsonl, spam.jsonl, types.jsonl, какие есть.",
        ),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Печатать JSON для программ.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Записать страницу с графиками в этот файл.")] = None,
) -> None:
    """Измерить модель на любых размеченных текстах: вся таблица, по которой судят модели."""
    try:
        from training.evaluate import evaluate
        from training.figures import figures
        from training.report import write
        from training.tables import text
    except ModuleNotFoundError as error:
        raise _missing(error) from error

    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("оценка", total=None)
        try:
            loaded = load(artefact)
            measured = evaluate(loaded, artefact, data, lambda done, of: progress.update(bar, completed=done, total=of))
        except (DataError, ArtefactError) as error:
            raise _refuse(error) from error
    if report is not None:
        drawn = figures(measured.sheet, loaded, measured.metrics["disguises"])
        try:
            report.write_text(write(loaded.manifest, drawn, measured.metrics), encoding="utf-8")
        except OSError as error:
            raise _refuse(f"{report}: не записать ({error.strerror})") from error
    metrics = measured.metrics
    typer.echo(json.dumps(metrics, ensure_ascii=False, indent=1, sort_keys=True) if as_json else text(metrics))


def register(app: typer.Typer) -> None:
    """Add the commands `train` and `evaluate`."""
    app.command("train")(train_command)
    app.command("evaluate")(evaluate_command)
