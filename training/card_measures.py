"""The tables of the model card: everything that was measured while training."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from model.manifest import Manifest
from training.tables import COMMUNITIES, DISGUISES, GROUPS, RUDE_NAMES, interval

QUESTIONS: Final = {
    "toxic": "грубость любого вида",
    "insult_if_toxic": "оскорбление (среди грубых)",
    "obscenity_if_toxic": "нецензурная брань (среди грубых)",
    "threat_if_toxic": "угроза (среди грубых)",
    "spam": "спам",
    "appeal": "обращение",
}
_HEAD: Final = (
    "| что | текстов / из них «да» | AUC (95 %) | лучшая F1 (95 %) | полнота при 1 % ложных (95 %) "
    "| при 0,1 % (95 %) |\n|---|---|---|---|---|---|"
)


def ranking_row(name: str, m: Mapping[str, Any]) -> str:
    """One line of a table of rankings."""
    return (
        f"| {name} | {m['n']:,} / {m['positive']:,} | {m['auc']:.4f} ({interval(m['auc_interval'], 4)}) "
        f"| {m['best_f1']:.3f} ({interval(m['best_f1_interval'])}) "
        f"| {m['recall_at_1_percent']:.3f} ({interval(m['recall_at_1_percent_interval'])}) "
        f"| {m['recall_at_0.1_percent']:.3f} ({interval(m['recall_at_0.1_percent_interval'])}) |"
    )


def _rankings(title: str, found: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    if found:
        yield f"\n{title}\n\n{_HEAD}"
        yield from (ranking_row(names.get(name, name), m) for name, m in found.items())


def quality(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Rankings by source, by category and by question."""
    judged = metrics["judged"]
    yield from _rankings(
        "Высшая из оценок за оскорбление, брань и угрозу против метки данных; отложено группами копий:",
        judged["toxicity"],
        COMMUNITIES,
    )
    for name, m in judged["toxicity"].items():
        macro = f"{m['macro_f1']:.3f} ({interval(m['macro_f1_interval'])})"
        yield f"\nЛучшая средняя F1 двух классов, {COMMUNITIES[name]}: {macro}."
    yield from _rankings("Вопрос о грубости, по источникам, отложено группами копий:", metrics["toxic_by_source"], {})
    yield from _rankings(
        "То же, когда всё семейство источников не участвовало в обучении:", metrics["toxic_unseen_source"], {}
    )
    yield from _rankings(
        "Виды на ok.ru: своя оценка против слов и шаблонов, которые заменяют метку; второй класс чистые тексты:",
        metrics["types_by_rule"],
        RUDE_NAMES,
    )
    yield from _rankings("Каждый вопрос отдельно, отложено так, как сказано ниже:", metrics["questions"], QUESTIONS)
    copies = ", ".join(QUESTIONS.get(name, name) for name in metrics["split_by_cluster"])
    sources = ", ".join(QUESTIONS.get(n, n) for n in metrics["questions"] if n not in metrics["split_by_cluster"])
    yield f"\nГруппами копий отложены: {copies or 'нет'}; целыми источниками: {sources or 'нет'}."
    errors = (f"{QUESTIONS.get(n, n)} {m['calibration_error']:.3f}" for n, m in metrics["questions"].items())
    yield "\nОжидаемая ошибка калибровки: " + ", ".join(errors) + "."


def spam(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Recall of spam where few texts of residents are flagged."""
    few = metrics["judged"]["spam"].get("few_flags")
    if not few:
        return
    yield "| помечено текстов жителей, не больше | спама найдено | полнота (95 %) |\n|---|---|---|"
    for flags, m in few.items():
        recall = f"{m['share']:.3f} ({interval(m['interval'])})"
        yield f"| {flags} из {m['negatives']:,} | {m['hits']:,} из {m['n']:,} | {recall} |"
    yield "\n| источник спама, не участвовавший в обучении | полнота, когда помечены не больше 3 (95 %) |\n|---|---|"
    for source, m in metrics["judged"]["spam"]["by_source"].items():
        yield f"| {source} | {m['hits']:,} из {m['n']:,}: {m['share']:.3f} ({interval(m['interval'])}) |"


def removals(metrics: Mapping[str, Any]) -> Iterator[str]:
    """What each promise removes."""
    yield "| обещание | тексты | всего | за порогом | удалено, обращения защищены | доля (95 %) |"
    yield "|---|---|---|---|---|---|"
    for promise, groups in metrics["judged"]["removals"].items():
        for name, m in groups.items():
            yield (
                f"| {promise} | {GROUPS[name]} | {m['n']:,} | {m['over_threshold']:,} | {m['hits']:,} "
                f"| {m['share']:.4f} ({interval(m['interval'])}) |"
            )


def disguises(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Recall of disguised words."""
    found = metrics["judged"]["disguises"]
    if not found:
        yield "Не измерено: в данных нет комментариев ok.ru обоих классов."
        return
    yield (
        f"Комментариев {found['comments']:,}, без маскировки найдено {found['undisguised']:.3f} при 1 % ложных. "
        "Слова для маскировки выбраны по меткам и по словарю; модель этих комментариев не видела.\n"
    )
    yield "| маскировка | полнота относительно немаскированных (95 %) |\n|---|---|"
    for kind, m in found["kinds"].items():
        yield f"| {DISGUISES.get(kind, kind)} | {m['relative']:.3f} ({interval(m['interval'])}) |"
    yield f"| в среднем / наименьшая | {found['mean']:.3f} / {found['least']:.3f} |"


def samples(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Fates of the project's own samples that are never trained on."""
    found = metrics["samples"]
    yield (
        f"Отложенная треть, {found['n']} текстов, в обучение не входит. Но писала их та же рука, что и остальные "
        f"две трети: числа скорее завышены. Пороги: удаление по обещанию {found['promise'] or 'нет'}, показ 3 %.\n"
    )
    yield "| примеры | природа | всего | верно (95 %) | удалено | защищено обращением | показано | оставлено |"
    yield "|---|---|---|---|---|---|---|---|"
    natures = {
        "violations": "нарушение: названо своим видом",
        "appeals": "обращение: узнано",
        "clean": "чистое: не удалено",
    }
    for group, parts in found["groups"].items():
        for nature, m in parts.items():
            yield (
                f"| {group} | {natures[nature]} | {m['n']} | {m['hits']} ({interval(m['interval'])}) | {m['removed']} "
                f"| {m['protected']} | {m['shown']} | {m['kept']} |"
            )
    yield from _rankings("Виды на этой трети, второй класс остальные её тексты:", found["types"], RUDE_NAMES)


def appeals(metrics: Mapping[str, Any]) -> Iterator[str]:
    """How many appeals are recognised, by source."""
    names = {"comments_that_complain": "комментарии-жалобы", "toxic": "грубые тексты без жалобы"}
    yield "| тексты | всего | признаны обращением | доля (95 %) |\n|---|---|---|---|"
    for key, m in metrics["appeal"].items():
        name = names.get(key, key.replace("appeals ", "обращения, "))
        yield f"| {name} | {m['n']:,} | {m['hits']:,} | {m['share']:.3f} ({interval(m['interval'])}) |"


def agreement(manifest: Manifest) -> str:
    """How near the packed model is to the fitted one."""
    found = manifest.metrics["agreement"]
    return (
        f"Записанные веса сравнены с обученными (float64) на {found['rows']:,} текстах: вероятности расходятся "
        f"не больше чем на {found['largest_difference']:.1g}, решения при обещаниях одинаковы."
    )


def people(metrics: Mapping[str, Any]) -> Iterator[str]:
    """What people's labels taught, and what happens to the part of the random sample that was only measured."""
    found = metrics.get("labels")
    if not found:
        return
    yield (
        f"Решения сотрудников: учат {found['taught']}, только измеряют {found['measured']} (треть случайной выборки "
        f"решений программы), повторов {found['repeated']}, текстов, о которых люди решили по-разному, "
        f"{found['disagreed']} (не учат). Доли взвешены: они говорят обо всех решениях, из которых выборка взята.\n"
    )
    for name, what in (("people_kept", "оставлено людьми"), ("people_removed", "удалено людьми")):
        part = found[name]
        if part["n"]:
            yield f"- {what}: {part['n']}, модель удалила бы {part['removed']} (доля {part['share_removed']:.4f})"
