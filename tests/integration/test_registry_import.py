"""How a table is read: delimiters, encodings, headings in either language."""

from collections.abc import Iterator

import pytest

from app.domain.errors import InvalidInputError
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.house import House
from app.pipeline.registry.importing import import_pages
from app.pipeline.registry.listing import whole
from app.pipeline.registry.papers import as_csv, as_html
from tests.fakes.house import make_house


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """An empty house."""
    made = make_house(sqlite_url)
    ensure_presets(made)
    yield made
    made.database.dispose()


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("names", ["organisation,network,url,title", "Организация,СЕТЬ,Ссылка,Название"])
def test_whatever_excel_writes_is_read(house: House, delimiter: str, encoding: str, names: str) -> None:
    """A table as it comes from any Russian spreadsheet."""
    lines = [names, "Район,vk,vk.com/public229000001,Страница района"]
    table = "\r\n".join(line.replace(",", delimiter) for line in lines).encode(encoding)

    assert import_pages(house, table, by="cli").added == 1

    [line] = whole(house, None)
    assert (line.organisation, line.title) == ("Район", "Страница района")
    assert line.url == "https://vk.com/club229000001"


def test_a_line_follows_the_page_that_is_here(house: House) -> None:
    """Title, kind and who answers follow the table; keys and rules of a known page are left alone."""
    heading = "network;external_id;title;office;responsible_post;mode;user_token\n"
    import_pages(house, f"{heading}vk;229000001;Район;head;глава;shadow;one\n".encode(), by="cli")

    done = import_pages(house, f"{heading}vk;229000001;Новое имя;;советник;enforce;two\n".encode(), by="cli")

    assert (done.added, done.changed, done.bad) == (0, 1, [])
    [line] = whole(house, None)
    assert (line.title, line.office, line.responsible_post) == ("Новое имя", "head", "советник")


def test_a_network_is_named_as_people_write_it_and_a_page_once(house: House) -> None:
    """«ВКонтакте» is VK; of two lines about one page the second is told, whatever it says."""
    table = "Сеть;Ссылка;Название\nВКонтакте;vk.com/club7;Район\nvk;vk.com/public7;Другое имя\nОдноклассники;ok.ru/group/70000001234567;Группа\n"

    done = import_pages(house, table.encode(), by="cli")

    assert (done.added, [one.line for one in done.bad], done.networks) == (2, [3], {"vk", "ok"})
    assert "строке 2" in done.bad[0].message
    assert any("DVORNIK_OK_APPLICATION_KEY" in one for one in done.warnings)
    assert {line.title for line in whole(house, None)} == {"Район", "Группа"}


def test_an_address_that_an_id_does_not_tell_is_kept(house: House) -> None:
    """A channel's public link stands in the register beside the id of the group where its comments are."""
    table = "network;external_id;url;title\ntelegram;-1001234567890;https://t.me/rayon;Канал\n"

    assert import_pages(house, table.encode(), by="cli").added == 1
    assert import_pages(house, table.encode(), by="cli").same == 1

    assert [line.url for line in whole(house, None)] == ["https://t.me/rayon"]


def test_a_page_is_known_again_by_the_address_that_the_register_shows(house: House) -> None:
    """The table that is written out holds no ids, and is read again all the same."""
    table = "network;external_id;url;title\ntelegram;-1001234567890;https://t.me/rayon;Канал\n"
    import_pages(house, table.encode(), by="cli")
    written = as_csv(whole(house, None), inside=True)

    done = import_pages(house, written.encode(), by="cli")
    assert (done.same, done.bad) == (1, [])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("vk;229000002;Второй;;лишняя", "не больше ячеек"),
        ('vk;229000002;"Второй;', "кавычки"),
        (f"vk;229000002;{'я' * 200_000};", "длину"),
        ("vk;229000002;Второй;rayon.ru", "https://"),
        ("vk;229000002;Вто\0рой;", "название"),
    ],
)
def test_a_bad_row_is_told_by_its_number_and_adds_nothing(house: House, row: str, told: str) -> None:
    """Whatever is wrong with it, by the line where it begins; nothing of it is dropped without a word."""
    table = f"network;external_id;title;url\n\nvk;229000001;Первый;\n{row}\n".encode()
    for dry in (True, False):
        done = import_pages(house, table, by="cli", dry=dry)
        assert (done.added, [bad.line for bad in done.bad]) == (1, [4])
        assert told in done.bad[0].message

    assert [line.title for line in whole(house, None)] == ["Первый"]


def test_rows_behind_a_bad_one_are_read(house: House) -> None:
    """A quote in the middle of a cell spoils its own row only."""
    rows = ['vk;229000001;"Дом" культуры', "vk;229000002;Второй"]
    done = import_pages(house, "\n".join(["network;external_id;title", *rows]).encode(), by="cli")

    assert (done.added, [bad.line for bad in done.bad]) == (1, [2])


def test_a_look_tells_what_reading_would_change(house: House) -> None:
    """Who answers for a page counts as much as its title, for a body as for a page."""
    heading = "network;external_id;title;organisation;exempt_act;responsible_post\n"
    rows = "vk;229000001;Район;Район;;{0}\n;;;Дом культуры;акт № 1;{0}\n"
    import_pages(house, f"{heading}{rows.format('глава')}".encode(), by="cli")

    for post, changed in (("глава", 0), ("советник", 2)):
        done = import_pages(house, f"{heading}{rows.format(post)}".encode(), by="cli", dry=True)
        assert (done.added, done.changed, done.same, done.bad) == (0, changed, 2 - changed, [])


@pytest.mark.parametrize("day", ["20260301", "2026-W10-1", "01.03.2026", "2026-3-1"])
def test_a_day_is_written_in_one_way(house: House, day: str) -> None:
    """Every table that is made of the register reads it."""
    table = f"organisation;exempt_act;exempt_on\nДом культуры;акт № 1;{day}\n"
    done = import_pages(house, table.encode(), by="cli")

    assert [bad.message for bad in done.bad] == ["«Освобождено с»: ожидается день в виде 2026-11-23"]
    as_html(whole(house, None), now=house.clock.now())


def test_a_column_that_is_named_twice_is_refused(house: House) -> None:
    """Nobody knows which of the two is meant."""
    with pytest.raises(InvalidInputError, match="дважды"):
        import_pages(house, "network;title;Название\nvk;Район;Город\n".encode(), by="cli")


@pytest.mark.parametrize("table", [b"", b"\n", "название\n".encode("utf-16"), b"\xff\xfe\x00"])
def test_what_is_no_table_is_refused(house: House, table: bytes) -> None:
    """With the columns that are expected."""
    with pytest.raises(InvalidInputError, match="Организация"):
        import_pages(house, table, by="cli")
