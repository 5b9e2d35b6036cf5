"""Lays measures out for people: one line a measure, with its interval, the goal and what training had measured."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from training.evaluate import seen
from training.judged import FLAGS
from training.measures import Metrics
from training.verdicts import PROMISE

RUDE_NAMES: Final = {"insult": "оскорбление", "obscenity": "нецензурная брань", "threat": "угроза"}
CATEGORY_NAMES: Final = {"spam": "спам", **RUDE_NAMES, "appeal": "обращение"}
DISGUISES: Final = {
    "homoglyph": "похожие буквы", "spaced": "пробелы между буквами", "dots": "точки между буквами",
    "repeat": "растянутые буквы", "mask": "звёздочки", "translit": "латиница", "leet": "цифры и знаки",
    "combining": "надстрочные знаки", "zero_width": "невидимые знаки",
}  # fmt: skip
GROUPS: Final = {
    "municipal_comments": "комментарии жителей", "appeals": "обращения граждан",
    "ok_toxic": "грубые ok.ru (по метке)", "ok_clean": "чистые ok.ru (по метке)",
}  # fmt: skip
MARK: Final = (
    "* Модель обучена на этих текстах: число говорит о её памяти. Честное стоит в последнем столбце, его измерило "
    "обучение на текстах, отложенных группами копий и целыми источниками."
)
COMMUNITIES: Final = {"ok": "ok.ru", "forum": "2ch, Пикабу"}


class Line(NamedTuple):
    """One line; `marked` when its texts were in training."""

    name: str
    value: str
    interval: str
    goal: str
    honest: str
    marked: bool


def interval(pair: Any, places: int = 3) -> str:
    """Borders of a 95 % interval."""
    return f"{pair[0]:.{places}f}–{pair[1]:.{places}f}" if pair else ""


def _get(found: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return None
        found = found[key]
    return found


def _line(
    name: str, metrics: Metrics, keys: tuple[str, ...], goal: str, *, marked: bool, places: int = 3
) -> Line | None:
    value = _get(metrics, *keys)
    if value is None:
        return None
    *path, last = keys
    measured = _get(metrics, *path, "interval" if last in ("share", "relative") else f"{last}_interval")
    honest = _get(metrics, "held_out_while_training", *keys)
    shown = "" if honest is None else f"{honest:.{places}f}"
    return Line(name, f"{value:.{places}f}", interval(measured, places), goal, shown, marked)


def _toxicity(metrics: Metrics) -> Iterator[Line | None]:
    goals = {
        "ok": {"auc": "0.9950", "best_f1": "0.930", "recall_at_0.1_percent": "0.64", "recall_at_1_percent": ""},
        "forum": {"auc": "0.955", "macro_f1": "0.885"},
    }
    names = {
        "auc": "AUC", "best_f1": "лучшая F1", "macro_f1": "лучшая средняя F1 классов",
        "recall_at_0.1_percent": "полнота при 0,1 % ложных", "recall_at_1_percent": "полнота при 1 % ложных",
    }  # fmt: skip
    marked = seen(metrics, "toxic.jsonl")
    for community, wanted in goals.items():
        for measure, goal in wanted.items():
            name = f"{COMMUNITIES[community]}: {names[measure]}"
            places = 4 if measure == "auc" else 3
            yield _line(name, metrics, ("toxicity", community, measure), goal, marked=marked, places=places)


def _disguises(metrics: Metrics) -> Iterator[Line | None]:
    marked = seen(metrics, "toxic.jsonl")
    for kind in _get(metrics, "disguises", "kinds") or ():
        name = f"маскировка, {DISGUISES.get(kind, kind)}"
        yield _line(name, metrics, ("disguises", "kinds", kind, "relative"), "0.95", marked=marked)
    yield _line("маскировки, в среднем", metrics, ("disguises", "mean"), "0.985", marked=marked)


def _types(metrics: Metrics) -> Iterator[Line | None]:
    goals = {"threat": "0.60", "obscenity": "0.90", "insult": "0.60"}
    for name, goal in goals.items():
        title = f"вид «{RUDE_NAMES[name]}»: полнота при 1 % ложных"
        marked = seen(metrics, "types.jsonl")
        yield _line(title, metrics, ("types", name, "recall_at_1_percent"), goal, marked=marked)
    for name in goals:
        title = f"свои отложенные примеры, «{RUDE_NAMES[name]}»: полнота при 1 %"
        yield _line(title, metrics, ("samples", "types", name, "recall_at_1_percent"), "", marked=False)


def _spam(metrics: Metrics) -> Iterator[Line | None]:
    marked = seen(metrics, "spam.jsonl", "municipal.jsonl")
    for flags, found in (_get(metrics, "spam", "few_flags") or {}).items():
        name = f"спам: полнота, когда помечено не больше {flags} из {found['negatives']} текстов жителей"
        goal = "0.95" if flags == str(FLAGS) else ""
        yield _line(name, metrics, ("spam", "few_flags", flags, "share"), goal, marked=marked)


def _removals(metrics: Metrics) -> Iterator[Line]:
    for promise, groups in metrics["removals"].items():
        for group, found in groups.items():
            goal = {"appeals": "0", "municipal_comments": "0 неверно", "ok_toxic": "0.60"}.get(group, "")
            file = "toxic.jsonl" if group.startswith("ok_") else "municipal.jsonl"
            honest = _get(metrics, "held_out_while_training", "removals", promise, group)
            yield Line(
                f"удалено при {promise}: {GROUPS[group]}",
                f"{found['hits']} из {found['n']} ({found['share']:.3f})",
                interval(found["interval"]),
                goal if promise == PROMISE else "",
                f"{honest['hits']} из {honest['n']}" if honest else "",
                seen(metrics, file),
            )


def _samples(metrics: Metrics) -> Iterator[Line]:
    natures = {"violations": "нарушение названо", "appeals": "признано обращением", "clean": "чистое не удалено"}
    for group, found in metrics["samples"]["groups"].items():
        for nature, counts in found.items():
            fate = f"удалено {counts['removed']}, людям {counts['shown'] + counts['protected']}"
            value = f"{counts['hits']} из {counts['n']} ({fate})"
            yield Line(f"примеры {group}: {natures[nature]}", value, interval(counts["interval"]), "", "", marked=False)


def _cost(metrics: Metrics) -> Iterator[Line]:
    wanted = {
        "warm_microseconds": ("один комментарий, слова уже встречались, мкс", "30"),
        "cold_microseconds": ("один комментарий, слова впервые, мкс", ""),
        "comments_per_second": ("файл комментариев на одном ядре, в секунду", "25000"),
        "megabytes": ("размер модели, МБ", "12"),
        "load_seconds": ("загрузка, с", "0.5"),
        "resident_megabytes": ("память процесса, МБ", "250"),
    }
    for key, (name, goal) in wanted.items():
        if key in metrics["cost"]:
            yield Line(name, f"{metrics['cost'][key]:g}", "", goal, "", marked=False)


def lines(metrics: Metrics) -> list[Line]:
    """Everything that was measured, in the order of the table that models are judged by."""
    parts = (_toxicity, _disguises, _types, _spam, _removals, _samples, _cost)
    return [line for part in parts for line in part(metrics) if line is not None]


def text(metrics: Metrics) -> str:
    """The table for a terminal."""
    files = ", ".join(
        f"{name} ({'был в обучении' if f['seen_in_training'] else 'в обучении не был'})"
        for name, f in metrics["files"].items()
    )
    head = ("мера", "измерено", "95 %", "цель", "вне обучения")
    body = [(x.name, x.value + (" *" if x.marked else ""), x.interval, x.goal, x.honest) for x in lines(metrics)]
    widths = [max(len(row[n]) for row in [head, *body]) for n in range(len(head))]
    rows = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *body]
    ]
    foot = ["", MARK] if any(line.marked for line in lines(metrics)) else []
    return "\n".join([f"Модель {metrics['model']}, текстов {metrics['rows']}: {files}", "", *rows, *foot])
