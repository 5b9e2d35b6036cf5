"""Writes the report page of a model: plots and tables in one HTML file that needs nothing else."""

import html
from collections.abc import Iterable, Sequence
from typing import Any, Final

from model.manifest import Manifest
from training import plots, tables
from training.measures import Metrics

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;color:#1c2024;max-width:60rem;"
    "margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.25rem .6rem;"
    "border-bottom:1px solid #e3e6ea}td.n{text-align:right;white-space:nowrap}p{max-width:46rem}"
    "figure{margin:1rem 0}svg{max-width:100%;height:auto}figcaption,.note{color:#5a626b;font-size:.9rem}"
    ".words{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem}"
)
_TITLES: Final = {
    "precision_recall": (
        "Точность и полнота",
        (
            "Чем правее и выше линия, тем больше нарушений найдено и тем меньше среди найденного лишнего. "
            "Часть ошибок здесь принадлежит меткам данных, а не модели."
        ),
    ),
    "calibration": (
        "Калибровка",
        (
            "Названа вероятность 0,8, значит, нарушением должны оказаться восемь текстов из десяти: точка на линии. "
            "Для грубости вероятность рассчитана на страницу, где груб примерно каждый десятый комментарий."
        ),
    ),
    "removals": (
        "Порог и неверные удаления",
        (
            "Какая доля текстов окажется за порогом удаления, если двигать его для всех видов сразу. Пунктир: пороги "
            "обещаний. Защита обращений здесь не учтена: с ней за порогом остаётся меньше. Верхние из помеченных "
            "чистыми часто оказываются ругательствами с неверной меткой."
        ),
    ),
    "trade": (
        "Что даёт каждое обещание",
        "На комментариях ok.ru: какая доля помеченных грубыми и чистыми окажется за порогом. Точки: обещания.",
    ),
    "disguises": (
        "Маскировки",
        (
            "Грубые слова тех же комментариев записаны с маскировкой; полнота при 1 % ложных срабатываний отнесена "
            "к полноте без маскировки. Чёрточка: 95 %-ный интервал. Пунктир: цель."
        ),
    ),
}


def write(manifest: Manifest, figures: Metrics, measured: Metrics | None = None) -> str:
    """The page; `measured` is what `evaluate` found, without it the page speaks of texts held out while training."""
    pictures = plots.draw(figures)
    parts = [
        "<!doctype html>",
        '<html lang="ru"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Отчёт о модели {html.escape(manifest.version)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Отчёт о модели {html.escape(manifest.version)}</h1>",
        f"<p>{_origin(measured)}</p>",
    ]
    for name, (title, explanation) in _TITLES.items():
        if name in pictures:
            parts += [f"<h2>{title}</h2><p>{explanation}</p>", f'<figure role="img" aria-label="{title}">']
            parts += [pictures[name], "</figure>"]
    parts += _words(pictures)
    parts += ["<h2>Обещания</h2>", *_promises(manifest)]
    if measured is not None:
        parts += ["<h2>Все измерения</h2>", *_measured(measured)]
    return "\n".join([*parts, "</body></html>", ""])


def _origin(measured: Metrics | None) -> str:
    if measured is None:
        return (
            "Всё измерено при обучении на текстах, которых модель не видела: отложены группы одинаковых текстов, "
            "для спама и обращений целые источники, для обещаний страницы, которых нет в обучении. "
            "Данные, лицензии и пределы описаны в CARD.md рядом."
        )
    files = ", ".join(
        f"{html.escape(name)} ({'модель на нём обучена' if found['seen_in_training'] else 'модель его не видела'})"
        for name, found in measured["files"].items()
    )
    return f"Измерено на папке данных, текстов {measured['rows']}: {files}."


def _words(pictures: dict[str, str]) -> Iterable[str]:
    heads = [name for name in tables.CATEGORY_NAMES if f"words_{name}" in pictures]
    if not heads:
        return
    yield "<h2>Слова, которые говорят сильнее всего</h2>"
    yield (
        "<p>Самые сильные из частых лемм обучения: логит вероятности, которую получает текст из одного этого слова. "
        "Решает всё же весь текст: слова складываются, и одно слово редко переходит порог удаления.</p>"
    )
    yield '<div class="words">'
    for name in heads:
        title = tables.CATEGORY_NAMES[name]
        yield f'<figure role="img" aria-label="слова: {title}"><figcaption>{title}</figcaption>'
        yield pictures[f"words_{name}"]
        yield "</figure>"
    yield "</div>"


def _promises(manifest: Manifest) -> Iterable[str]:
    yield _table(
        ("обещание", "чистых комментариев", "ошибок допустимо", "есть", *tables.RUDE_NAMES.values(), "спам"),
        [
            (
                name, f"{kept.n}", f"{kept.errors_allowed}", f"{kept.errors_observed}",
                *(f"{kept.thresholds[c]:.4f}" for c in (*tables.RUDE_NAMES, "spam")),
            )
            for name, kept in manifest.promises.items()
        ],
    )  # fmt: skip
    for name, reason in manifest.refused.items():
        yield f'<p class="note">Обещание {html.escape(name)} не даётся: {html.escape(reason)}.</p>'


def _measured(measured: Metrics) -> Iterable[str]:
    found = tables.lines(measured)
    yield _table(
        ("мера", "измерено", "95 %", "цель", "вне обучения"),
        [(x.name, x.value + (" *" if x.marked else ""), x.interval, x.goal, x.honest) for x in found],
    )
    if any(line.marked for line in found):
        yield f'<p class="note">{tables.MARK}</p>'


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    titles = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(f"<td{' class=n' if n else ''}>{html.escape(cell)}</td>" for n, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
