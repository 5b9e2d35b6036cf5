"""`page import` and `page export`: a table in, the same table out, bad lines told by their numbers."""

import json

from tests.functional.commands.conftest import Run

HEADING = "Организация;Чья страница;Сеть;Ссылка;Название;Ответственный (должность);Освобождено (акт);Освобождено с"
TABLE = f"""{HEADING}
Администрация;администрация;vk;https://vk.com/club229000001;Район;начальник отдела;;
Глава;глава;vk;https://vk.com/id1234;Глава;;;

Дом культуры;учреждение;;;;;постановление № 12;2026-03-01
Школа;учреждение;myspace;229000005;;;;
Музей;музей;vk;229000006;;;;
Парк;;vk;229000007;Парк;;;2026-13-01
=Клуб;;vk;229000008;Клуб;;;
"""


def test_a_table_comes_in_and_goes_out(tell: Run) -> None:
    """Good lines are carried out whatever the others are; a second time nothing changes."""
    first = tell("page", "import", "-", "--json", stdin=TABLE)

    assert first.code == 1
    told = json.loads(first.out)
    assert (told["added"], told["changed"], told["same"]) == (3, 0, 0)
    assert [one["line"] for one in told["bad"]] == [3, 6, 7, 8]
    assert "личный профиль" in told["bad"][0]["message"]
    again = json.loads(tell("page", "import", "-", "--json", stdin=TABLE).out)
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 3)
    written = tell("page", "export").out
    assert "'=Клуб" in written, "nothing in it is calculated"
    back = json.loads(tell("page", "import", "-", "--json", stdin=written).out)
    assert (back["added"], back["changed"], back["same"], back["bad"]) == (0, 0, 3, [])
    assert "освобождено: постановление № 12" in tell("page", "export", "--format", "html").out


def test_a_table_can_be_tried(tell: Run) -> None:
    """`--dry-run` tells the same and writes nothing."""
    tried = tell("page", "import", "-", "--dry-run", stdin=TABLE)

    assert "добавлено 3" in tried.out
    assert "Строка 3: «Номер в сети»: это личный профиль" in tried.err
    assert json.loads(tell("page", "list", "--json").out) == []


def test_a_file_that_is_no_such_table_is_refused(tell: Run) -> None:
    """The unknown column is named, and which there are."""
    refused = tell("page", "import", "-", stdin="Кто;Где\nя;тут\n")

    assert refused.code == 2
    assert "нет столбца «Кто»" in refused.err
    assert "Организация" in refused.err


def test_a_review_is_noted(tell: Run) -> None:
    """The quarter's review of everything, or of single lines."""
    tell("page", "import", "-", stdin=TABLE)

    assert "строк: 3" in tell("page", "review", "--all").out
    assert tell("page", "review").code == 2
    entries = json.loads(tell("page", "export", "--format", "json").out)
    assert [one["review_due"] for one in entries] == [False, False, False]
