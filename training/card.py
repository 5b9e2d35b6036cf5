"""Writes the card that goes with a model: what it is, its data, how good it is, what it promises and what it cannot."""

from collections.abc import Mapping
from typing import Any

from model.labels import CATEGORIES
from model.manifest import Manifest
from training.dataset import LICENCES

_NAMES = {
    "toxic": "грубость любого вида",
    "insult_if_toxic": "оскорбление (среди грубых)",
    "obscenity_if_toxic": "нецензурная брань (среди грубых)",
    "threat_if_toxic": "угроза (среди грубых)",
    "spam": "спам",
    "appeal": "обращение",
}


def _interval(pair: list[float]) -> str:
    return f"{pair[0]:.3f}–{pair[1]:.3f}"


def _ranking_row(name: str, m: Mapping[str, Any]) -> str:
    return (
        f"| {name} | {m['n']:,} / {m['positive']:,} | {m['auc']:.4f} ({_interval(m['auc_interval'])}) "
        f"| {m['best_f1']:.3f} "
        f"| {m['recall_at_1_percent']:.3f} ({_interval(m['recall_at_1_percent_interval'])}) "
        f"| {m['recall_at_0.1_percent']:.3f} ({_interval(m['recall_at_0.1_percent_interval'])}) |"
    )


_HEAD = [
    "| что | текстов / из них «да» | AUC (95 %) | лучшая F1 | полнота при 1 % ложных (95 %) | при 0,1 % (95 %) |",
    "|---|---|---|---|---|---|",
]


def _data(manifest: Manifest) -> list[str]:
    lines = ["| файл | SHA-256 | лицензия |", "|---|---|---|"]
    lines += [f"| {n} | `{d}` | {LICENCES.get(n, 'метки людей')} |" for n, d in sorted(manifest.data.items())]
    return lines


def _promises(manifest: Manifest) -> list[str]:
    lines = [
        "| обещание | чистых комментариев | ошибок допустимо / есть | " + " | ".join(CATEGORIES) + " |",
        "|---|---|---|" + "---|" * len(CATEGORIES),
    ]
    for name, p in manifest.promises.items():
        cuts = " | ".join(f"{p.thresholds[c]:.4f}" for c in CATEGORIES)
        lines.append(f"| {name} | {p.n:,} | {p.errors_allowed} / {p.errors_observed} | {cuts} |")
    lines += [f"\nОбещание {name} не даётся: {reason}." for name, reason in manifest.refused.items()]
    return lines


def _removed(manifest: Manifest) -> list[str]:
    lines = ["| обещание | удалено из помеченных грубыми | удалено из помеченных чистыми |", "|---|---|---|"]
    for name, m in manifest.metrics["removed"].items():
        lines.append(
            f"| {name} | {m['toxic_removed']:,} из {m['toxic']:,} ({m['toxic_removed'] / max(1, m['toxic']):.3f}) "
            f"| {m['clean_removed']:,} из {m['clean']:,} |"
        )
    return lines


def _appeal(manifest: Manifest) -> list[str]:
    names = {
        "appeals_kursk": "обращения, Курск (обучение без них)",
        "appeals_troitsk": "обращения, Троицк (обучение без них)",
        "comments_that_complain": "комментарии-жалобы (по словам)",
        "toxic": "грубые тексты без жалобы",
    }
    lines = ["| тексты | всего | признаны обращением | 95 % |", "|---|---|---|---|"]
    for key, m in manifest.metrics["appeal"].items():
        share = m["over_threshold"] / max(1, m["n"])
        over = f"{m['over_threshold']:,} ({share:.3f})"
        lines.append(f"| {names.get(key, key)} | {m['n']:,} | {over} | {_interval(m['interval'])} |")
    return lines


_WHAT = """
Линейная модель для русских комментариев на страницах органов власти. Вероятности четырёх нарушений: спам,
оскорбление, нецензурная брань, угроза, и вероятность того, что текст обращение (жалоба, вопрос, критика): обращение
машина не удаляет. Признаки: n-граммы символов внутри слов (2–5), леммы и пары соседних лемм, признаки рекламы
(только для спама). Логистическая регрессия; для грубости она сложена с такой же по признакам, взвешенным наивным
Байесом. Вид нарушения = P(грубость) × P(вид | грубость).

Веса распространяются на условиях **CC BY-NC-SA 4.0**, потому что так выпущена часть данных; программа под MIT.
"""

_LABELS = """
- Грубость: метки из данных; форумные тексты, с меткой которых не согласна модель без форумов, в обучение не идут.
- **Вид** нарушения никто не размечал. Нецензурная брань определяется словами: четыре корня (хуй, пизда, ебать, блядь)
  и производные. Грубые слова («хрен», «жопа», «говно») к ней не относятся. Угроза: шаблоны среди грубых текстов.
  Оскорбление: слова из списка или ничего другого не нашлось, кроме просто грубых слов ни о ком. Меры для
  видов ниже измеряют согласие с этими правилами, а не правду.
- Сто с лишним текстов написаны для проекта: виды спама, которых в данных нет, угрозы, чистые тексты, похожие на них.
- Обращения: письма граждан и комментарии со словами жалоб против болтовни, благодарностей и грубостей.
- Спам: чаты Telegram. Комментариев-спама из ВКонтакте и ОК в данных нет.
"""

_LIMITS = """
- Обещание верно для комментариев, похожих на те, на которых оно доказано (страницы районов одного города). Для другой
  страницы его надо проверить заново; на форумах и в чатах оно не действует.
- Комментарии выше порога прочитал один читатель, который видел оценку; второго разметчика не было. Прочитаны только
  самые высокие по оценке, и порог 1/1000 стоит на одном-двух из них: другой читатель мог бы его сдвинуть.
- Нормализатор поправлен по десятку прочитанных там же маскировок, поэтому отложенные тексты не вполне чужие.
- Угрозы в переносном смысле («убил бы за такие дороги») модель отличать не умеет; их защищает признак обращения.
- Маски слов вне списка, слова, разбитые на куски по две буквы, и незнакомая латиница не восстанавливаются.
- Короткие жалобы без слов жалобы («автомобилисты достали») могут не получить признак обращения.
- Виды спама, которых нет в данных (займы, гадалки, лжепризы, магазины, сборы), распознаются хуже измеренного.
- Не для: решений о людях без участия человека, других языков, закрытой переписки, оценки автора, а не текста.
"""


def write(manifest: Manifest) -> str:
    """The card as Markdown, from the manifest alone."""
    metrics = manifest.metrics
    sample = metrics["promise_sample"]
    lines = [f"# Карточка модели {manifest.version}", _WHAT.strip(), "", "## Данные", *_data(manifest), ""]
    lines += [
        f"Создана {manifest.created}. Библиотеки: "
        + ", ".join(f"{k} {v}" for k, v in sorted(manifest.libraries.items()))
        + "."
    ]
    lines += ["", "## Откуда метки", _LABELS.strip(), "", "## Обещания"]
    lines += [
        (
            "Не больше одного неверно удалённого на столько чистых комментариев, по всем видам вместе, "
            "с уверенностью 95 % (порядковая статистика Неймана–Пирсона). Источники "
            f"`{manifest.calibration['held_out']}*` в обучение не входят; из каждой группы почти одинаковых взят один."
        ),
        "",
        (
            f"Комментариев {sample['comments']:,}; прочитано {sample['read']:,} с самой высокой оценкой "
            f"(первый непрочитанный стоит на месте {sample['highest_unread'] + 1}); "
            f"исключено как настоящие нарушения {sample['left_out']:,}; "
            f"осталось {sample['clean']:,}. Сомнительные оставлены чистыми."
        ),
        "",
        (
            "Слабые места этого чтения: читал один человек, и он видел оценки; правило чтения записано после чтения; "
            "один отзыв переведён из чистых в оскорбления, когда стало видно, что он один определяет порог 1/1000; "
            "пока улучшались нормализация и правило о грубых словах, отложенные тексты уже были прочитаны. "
            "Второй читатель может сдвинуть пороги."
        ),
        "",
        *_promises(manifest),
        "",
        "На отложенных комментариях ok.ru (метки самих данных, часть их неверна; оценка грубости вне обучения):",
        "",
        *_removed(manifest),
        "",
    ]
    lines += [
        "## Качество на отложенных текстах",
        "Все виды грубости вместе, по источникам, отложено группами копий:",
        "",
        *_HEAD,
    ]
    lines += [_ranking_row(name, m) for name, m in metrics["toxic_by_source"].items()]
    lines += ["", "То же, когда источник целиком не участвовал в обучении:", "", *_HEAD]
    lines += [_ranking_row(name, m) for name, m in metrics["toxic_unseen_source"].items()]
    lines += ["", "По вопросам (спам и обращения отложены целыми источниками):", "", *_HEAD]
    lines += [_ranking_row(_NAMES[name], m) for name, m in metrics["questions"].items()]
    lines += ["", "Ожидаемая ошибка калибровки: "]
    lines[-1] += ", ".join(f"{_NAMES[n]} {m['calibration_error']:.3f}" for n, m in metrics["questions"].items()) + "."
    prior, error = manifest.calibration["toxic_prior"], manifest.calibration["appeal_error"]
    lines += [f"Вероятность грубости откалибрована на долю {prior:.0%} грубых; у остальных доля выборки."]
    lines += [
        "",
        "## Обращения",
        f"Порог {manifest.appeal:.4f}: не больше {error:.0%} грубых текстов без жалобы получают защиту.",
        "",
    ]
    lines += [*_appeal(manifest), "", "## Пределы", _LIMITS.strip(), ""]
    return "\n".join(lines)
