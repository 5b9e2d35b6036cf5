"""Numbers and spans of time beside their Russian nouns."""


def term(seconds: int | None) -> str:
    """A ban's length in words; None = for ever."""
    if seconds is None:
        return "бессрочно"
    days, rest = divmod(seconds, 86_400)
    if days and not rest:
        return f"на {days} {plural(days, 'день', 'дня', 'дней')}"
    hours = max(1, round(seconds / 3600))
    return f"на {hours} {plural(hours, 'час', 'часа', 'часов')}"


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form of a Russian noun beside a number."""
    last, teens = abs(number) % 10, 11 <= abs(number) % 100 <= 14
    if last == 1 and not teens:
        return one
    return few if 2 <= last <= 4 and not teens else many
