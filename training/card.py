"""Writes the card that goes with a model: what it is, its data, how good it is, what it promises and what it cannot."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

from model.labels import CATEGORIES
from model.manifest import Manifest
from training import card_measures as measured
from training.label_check import Check, read_checks
from training.tables import interval

LICENCES: Final = {
    "toxic.jsonl": "ok_*: CC BY-NC-SA 4.0 (так указывают другие); russe_detox: OpenRAIL++; 2ch_pikabu: не проверена",
    "municipal.jsonl": "хранилища под MIT; у обращений не указана",
    "spam.jsonl": "MIT или не указана",
    "spam_other_lang.jsonl": "MIT или не указана",
    "clean_words_with_obscene_substrings.tsv": "OpenCorpora, CC BY-SA 3.0",
}
_WHAT = """
Линейная модель для русских комментариев на страницах органов власти. Вероятности четырёх нарушений: спам,
оскорбление, нецензурная брань, угроза, и вероятность того, что текст обращение (жалоба, вопрос, критика): обращение
машина не удаляет. Признаки: n-граммы символов внутри слов (2–5), леммы и пары соседних лемм, признаки рекламы
(только для спама). Имена людей, которые знает словарь, признаками не служат. Логистическая регрессия; для грубости
признаки взвешены наивным Байесом, и с малой долей добавлены модели, читавшие одни форумы; всё складывается в один
вектор весов.
Оценка вида = оценка грубости, сниженная на столько, на сколько вид хуже объясняет текст, чем самый вероятный вид.

Веса распространяются на условиях **CC BY-NC-SA 4.0**, потому что так выпущена часть данных; программа под MIT.
"""
_LABELS = """
- Грубость: метки из данных. Форумные тексты, с меткой которых не согласна модель без форумов, главную модель не учат.
- **Вид** нарушения в данных никто не размечал: его заменяют правила. Нецензурная брань определяется словами, угроза
  шаблонами среди грубых текстов, оскорбление словами из списка или тем, что ничего другого не нашлось. Меры «по
  словам и шаблонам» ниже показывают согласие с этими правилами, а не правду.
- Комментарии, написанные и размеченные для проекта (`data/samples/comments`, источник `samples/…`): виды спама, которых
  в данных нет, угрозы и угрозы в переносном смысле, грубые жалобы, грубая речь без брани, чистые тексты, похожие на
  нарушения. Треть из них не участвует в обучении и только измеряется.
- Обращения: письма граждан и комментарии со словами жалоб против болтовни, благодарностей и грубостей.
- Спам: чаты Telegram и написанные примеры. Настоящих комментариев-спама из ВКонтакте и ОК в данных нет.
"""
_BOUNDARY = """
**Нецензурная брань** здесь то, что растёт из четырёх корней (хуй, пизда, ебать, блядь), с приставками, суффиксами и в
любой маскировке. **Грубая речь** («хрен», «жопа», «говно», «сдохло», «задолбали», «бляха-муха») бранью не считается и
оскорблением тоже, пока не названа ею ничья персона: она остаётся на странице. «Сука», «мудак», «пидор» и подобные слова
не брань, а оскорбление, если ими кого-то называют. Слова, в которых бранный корень только слышится («застрахуйте»,
«скипидар», «рубля», «команда»), чистые.
"""
_LIMITS = """
- Обещание верно для комментариев, похожих на те, на которых оно доказано. Для другой страницы его надо проверить
  заново; на форумах и в чатах оно не действует.
- Метки данных ошибочны: из самых высоких «чистых» оценок многие принадлежат настоящим ругательствам. Поэтому полнота
  при 0,1 % ложных срабатываний занижена.
- Нормализатор поправлен по прочитанным там же маскировкам, поэтому отложенные тексты не вполне чужие.
- **Угрозы без грубых слов большей частью пропускаются** («ты труп», «мы знаем, где твоя дочь»): из написанных для
  проекта узнаётся около трети.
- Фамилия, которой в словаре нет и в которой слышится брань, может быть принята за брань.
- Угрозу в переносном смысле («убил бы за такие дороги»), цитату и сарказм модель отличает плохо: слова в них те же.
- Маски слов вне словаря и незнакомая латиница восстанавливаются не всегда.
- Короткие жалобы без слов жалобы («автомобилисты достали») могут не получить признак обращения.
- Виды спама, не похожие на обучающие, распознаются хуже измеренного.
"""
_NOT_FOR = """
- Тем, кто хочет решать о людях без участия человека: модель судит текст, а не автора.
- Для других языков, кроме русского; для закрытой переписки; для политической оценки высказываний.
- Тем, кому нужна правовая квалификация: оскорбление и угроза здесь слова обыденной речи, а не статьи закона.
- Коммерческим пользователям этих весов: условия CC BY-NC-SA 4.0 того не разрешают. Свою модель можно обучить на
  своих данных.
"""


def write(manifest: Manifest, checks: Sequence[Check] | None = None) -> str:
    """The card as Markdown, from the manifest and from the counts of the labels that readers checked."""
    parts = [
        f"# Карточка модели {manifest.version}\n{_WHAT.rstrip()}",
        _section("Данные", _data(manifest)),
        f"## Откуда метки\n{_LABELS.rstrip()}",
        f"## Где кончается нецензурная брань\n{_BOUNDARY.rstrip()}",
        _section("Как проверены метки, поставленные правилами", _checks(read_checks() if checks is None else checks)),
        _section("Обещания", _promises(manifest)),
        _section("Что обещания удаляют", [_REMOVED, *measured.removals(manifest.metrics)]),
        _section("Качество на отложенных текстах", measured.quality(manifest.metrics)),
        _section("Спам, когда жителей почти не тревожат", measured.spam(manifest.metrics)),
        _section("Маскировки", measured.disguises(manifest.metrics)),
        _section("Примеры, написанные для проекта", measured.samples(manifest.metrics)),
        _section("Обращения", [_protection(manifest), *measured.appeals(manifest.metrics)]),
        _section("Метки людей", measured.people(manifest.metrics)),
        f"## Упаковка\n\n{measured.agreement(manifest)}",
        f"## Пределы\n{_LIMITS.rstrip()}",
        f"## Кому и для чего она не годится\n{_NOT_FOR.rstrip()}",
        "Графики: `report.html` рядом.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_REMOVED: Final = (
    "Тексты, которых модель при оценке не видела. Метки ok.ru взяты из данных, и часть их неверна; комментарии жителей "
    "и обращения никто не размечал, среди комментариев есть настоящие нарушения.\n"
)


def _section(title: str, lines: Iterator[str] | Sequence[str]) -> str:
    body = "\n".join(lines).strip("\n")
    return f"## {title}\n\n{body}" if body else ""


def _data(manifest: Manifest) -> Iterator[str]:
    yield "| файл | SHA-256 | лицензия |\n|---|---|---|"
    written = {name: digest for name, digest in sorted(manifest.data.items()) if name.startswith("samples/")}
    for name, digest in sorted(manifest.data.items()):
        if name not in written:
            yield f"| {name} | `{digest}` | {LICENCES.get(name, 'метки людей')} |"
    if written:
        together = hashlib.sha256("".join(written.values()).encode()).hexdigest()
        yield f"| samples/*.jsonl, файлов {len(written)} (суммы каждого в манифесте) | `{together}` | написано, MIT |"
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(manifest.libraries.items()))
    yield f"\nСоздана {manifest.created}. Библиотеки: {libraries}."


def _checks(checks: Sequence[Check]) -> Iterator[str]:
    if not checks:
        yield "Не проверены: никто не читал строки, которым метку дало правило."
        return
    yield (
        "Каждую строку прочли дважды, независимо и не зная, что сказало правило; читала языковая модель, люди её не "
        "проверяли. Строки взяты с перевесом трудных, хранятся только числа. «Согласны» значит: оба чтения сказали то "
        "же, что правило; точность и полнота считаны там, где чтения сошлись.\n"
    )
    yield "| правило | прочитано строк | чтения согласны (95 %) | каппа | |\n|---|---|---|---|---|"
    for check in checks:
        kappa = "" if check.kappa is None else f"{check.kappa:.2f}"
        agreed = f"{check.agreed} ({interval(check.interval)})"
        yield f"| {check.rule} | {check.rows} | {agreed} | {kappa} | {check.note} |"


def _sources(manifest: Manifest) -> str:
    return ", ".join(f"`{prefix}*`" for prefix in manifest.calibration["held_out"].split(","))


# What `readings.jsonl` is; it goes with that file.
_READING: Final = (
    "Верхние комментарии прочитаны дважды, независимо, без оценок, вперемешку с нижними и по заранее записанному "
    "правилу: 330 текстов, одинаковых вердиктов 328; где хоть одно чтение говорит «чистый», комментарий оставлен "
    "чистым. Слабые места: оба чтения сделала языковая модель, люди их не проверяли, и согласие двух таких чтений "
    "не доказывает правоты; список верхних взят у предыдущей версии модели; 42 вердикта остались от прежнего "
    "чтения, которое видело оценки; нормализация правилась, когда часть этих текстов уже была прочитана. Другой "
    "читатель может сдвинуть пороги.\n"
)


def _promises(manifest: Manifest) -> Iterator[str]:
    sample = manifest.metrics["promise_sample"]
    yield (
        "Не больше одного неверно удалённого на столько чистых комментариев, по всем видам вместе, с уверенностью 95 % "
        f"(порядковая статистика Неймана–Пирсона). Источники {_sources(manifest)} ничему, что "
        "удаляет, не учат; из каждой группы почти одинаковых взят один.\n"
    )
    yield (
        f"Комментариев {sample['comments']:,}; прочитано {sample['read']:,} с самой высокой оценкой (первый "
        f"непрочитанный стоит на месте {sample['highest_unread'] + 1}); исключено как настоящие нарушения "
        f"{sample['left_out']:,}; осталось {sample['clean']:,}. Сомнительные оставлены чистыми.\n"
    )
    if not sample["read"]:
        yield "Никто их не читал: верхние могут быть настоящими нарушениями, тогда пороги выше, чем нужно.\n"
    else:
        yield _READING
    yield "| обещание | чистых комментариев | ошибок допустимо / есть | уверенность | " + " | ".join(CATEGORIES) + " |"
    yield "|---|---|---|---|" + "---|" * len(CATEGORIES)
    for name, p in manifest.promises.items():
        cuts = " | ".join(f"{p.thresholds[c]:.4f}" for c in CATEGORIES)
        yield f"| {name} | {p.n:,} | {p.errors_allowed} / {p.errors_observed} | {p.confidence:.0%} | {cuts} |"
    for name, reason in manifest.refused.items():
        yield f"\nОбещание {name} не даётся: {reason}."


def _protection(manifest: Manifest) -> str:
    prior, error = manifest.calibration["toxic_prior"], manifest.calibration["appeal_error"]
    return (
        f"Порог {manifest.appeal:.4f}: не больше {error:.0%} грубых текстов без жалобы получают защиту. "
        f"Вероятность грубости откалибрована на долю {prior:.0%} грубых, остальные на долю выборки.\n"
    )
