"""How a table is read: delimiters, encodings, headings in either language."""

from collections.abc import Iterator

import pytest

from app.domain.errors import InvalidInputError
from app.pipeline.administration.policies import ensure_presets
from app.pipeline.house import House
from app.pipeline.registry.importing import import_pages
from app.pipeline.registry.listing import whole
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


def test_an_address_that_an_id_does_not_tell_is_kept(house: House) -> None:
    """A channel's public link stands in the register beside the id of the group where its comments are."""
    table = "network;external_id;url;title\ntelegram;-1001234567890;https://t.me/rayon;Канал\n"

    assert import_pages(house, table.encode(), by="cli").added == 1
    assert import_pages(house, table.encode(), by="cli").same == 1

    assert [line.url for line in whole(house, None)] == ["https://t.me/rayon"]


@pytest.mark.parametrize("table", [b"", b"\n", "название\n".encode("utf-16"), b"\xff\xfe\x00"])
def test_what_is_no_table_is_refused(house: House, table: bytes) -> None:
    """With the columns that are expected."""
    with pytest.raises(InvalidInputError, match="Организация"):
        import_pages(house, table, by="cli")
