"""Shows on a terminal what would be decided about one text, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.output import percent, visible
from app.domain.wording import ACTIONS, CATEGORIES, REASONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.text import Text

WIDTH = 28
COLOURS = {"keep": "green", "review": "yellow", "remove": "red"}
#: The bars' names; an appeal protects, it is no violation.
HEADS = {**CATEGORIES, "appeal": "обращение"}


def show(text: str, opinion: Mapping[str, Any]) -> None:
    """Verdict, bars, the text with its telling words marked, clause."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    verdict = opinion["verdict"]
    kinds = ", ".join(CATEGORIES.get(code, code) for code in opinion["categories"])
    shown = (VERDICTS[verdict].upper(), f"bold {COLOURS[verdict]}")
    console.print(Text.assemble("Решение: ", shown, f": {kinds}" if kinds else ""))
    _list(console.print, "Почему", [REASONS.get(code, code) for code in opinion["reasons"]])
    _list(console.print, "Основание", opinion["clauses"])
    _list(console.print, "Действия", [ACTIONS.get(code, code) for code in opinion["actions"]])
    console.print()
    for head, score in opinion["scores"].items():
        shown_bar = bar(HEADS[head], score, colour="cyan" if head == "appeal" else "red")
        console.print(shown_bar.append(limits(head, opinion["thresholds"]), style="dim"))
    console.print()
    console.print(marked(text, opinion["explanation"]))
    console.print()
    if opinion["change"]:
        console.print(Text(changed(opinion["change"])))
    console.print(Text(f"По правилам: {visible(opinion['policy']['title'])}. Модель: {opinion['model']['version']}."))


def _list(write: Any, title: str, items: list[str]) -> None:
    from rich.text import Text

    if items:
        write(Text(f"{title}: {visible('; '.join(items))}"))


def bar(name: str, score: float | None, *, colour: str) -> Text:
    """`спам  ███░░░  12,3 %`; a score that could not be made is said to be missing."""
    from rich.text import Text

    label = f"{name:<18}"
    if score is None:
        return Text(f"{label} оценки нет")
    filled = round(score * WIDTH)
    return Text.assemble(label, " ", ("█" * filled, colour), "░" * (WIDTH - filled), f" {percent(score):>7}")


def limits(head: str, thresholds: Mapping[str, Any]) -> str:
    """From which scores something happens: `  человеку от 9,3 %, удалить от 97,4 %`."""
    if head == "appeal":
        return f"  беречь от {percent(thresholds['appeal'])}"
    remove = thresholds["remove"].get(head)
    end = "" if remove is None else f", удалить от {percent(remove)}"
    return f"  человеку от {percent(thresholds['review'][head])}{end}"


def changed(change: Mapping[str, Any]) -> str:
    """Tell it as `Без слов «…», «…» решение было бы: оставить.`."""
    quoted = [f"«{visible(place['text'].strip())}»" for place in change["without"]]
    word = "слова" if len(quoted) == 1 else "слов"
    return f"Без {word} {', '.join(quoted)} решение было бы: {VERDICTS[change['verdict']]}."


def marked(text: str, spans: list[Mapping[str, Any]]) -> Text:
    """The text with [its telling words] in marks that are seen without colours too."""
    from rich.text import Text

    shown = Text()
    position = 0
    for span in sorted(spans, key=lambda one: (one["start"], -one["end"])):
        if span["start"] < position:
            continue
        shown.append(_lines(text[position : span["start"]]))
        shown.append(f"[{_lines(text[span['start'] : span['end']])}]", style="bold reverse")
        position = span["end"]
    return shown.append(_lines(text[position:]))


def _lines(text: str) -> str:
    """Line feeds stay, whatever else could move the cursor does not."""
    return "\n".join(visible(line) for line in text.split("\n"))
