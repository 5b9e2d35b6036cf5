"""The register of official pages over the API: what is published, what stays inside, who keeps it."""

import csv
import io

from app.domain.clock import DAY
from app.storage.tables import Page
from tests.fakes.yard import Yard


def test_every_page_stands_in_it_from_the_start(yard: Yard) -> None:
    """A page is entered when it is added and struck out when it is removed; the site's token may read it."""
    second = yard.add_page("229000002", "shadow")
    site = yard.client("site")

    items = site.get("/v1/registry").json()["items"]

    assert [one["url"] for one in items] == ["https://vk.com/club229000001", "https://vk.com/club229000002"]
    assert {(one["checked_at"], one["reviewed_at"], one["review_due"]) for one in items} == {(None, None, True)}
    assert yard.client("admin").delete(f"/v1/pages/{second}").status_code == 204
    assert [one["page_id"] for one in site.get("/v1/registry").json()["items"]] == [str(yard.page)]


def test_names_stay_inside(yard: Yard) -> None:
    """Posts are published; who holds them is shown to an administrator alone, and to no table."""
    admin = yard.client("admin")
    [entry] = admin.get("/v1/registry").json()["items"]
    told = {"organisation": "Район", "responsible_post": "начальник отдела", "responsible_name": "Иванова И. И."}

    changed = admin.patch(f"/v1/registry/{entry['id']}", json=told | {"responsible_since": "2026-01-09"}).json()

    assert changed["responsible_name"] == "Иванова И. И."
    for role in ("site", "viewer", "moderator", "auditor"):
        seen = yard.client(role).get("/v1/registry").text
        assert "начальник отдела" in seen
        assert "Иванова" not in seen
    for form in ("csv", "html"):
        table = admin.get("/v1/registry", params={"format": form})
        assert "начальник отдела" in table.text
        assert "Иванова" not in table.text


def test_a_body_without_a_page_is_no_hole(yard: Yard) -> None:
    """«Освобождено» with its act stands in every form; a body needs an act or an address."""
    admin = yard.client("admin")
    exempt = {"organisation": "Дом культуры", "exempt_act": "постановление № 12", "exempt_on": "2026-03-01"}

    added = admin.post("/v1/registry", json=exempt)

    assert added.status_code == 201
    html = admin.get("/v1/registry", params={"format": "html"}).text
    assert "освобождено: постановление № 12, 01.03.2026" in html
    sheet = admin.get("/v1/registry", params={"format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff")), delimiter=";"))
    assert rows[-1]["Освобождено (акт)"] == "постановление № 12"
    refused = admin.post("/v1/registry", json={"organisation": "Школа"})
    assert refused.status_code == 400
    assert "exempt_act" in refused.text
    assert admin.delete(f"/v1/registry/{added.json()['id']}").status_code == 204
    assert len(admin.get("/v1/registry").json()["items"]) == 1


def test_a_review_holds_for_its_quarter(yard: Yard) -> None:
    """Once somebody has looked nothing is due until the next quarter begins."""
    moderator = yard.client("moderator")

    assert moderator.post("/v1/registry/review", json={}).json() == {"reviewed": 1}

    [entry] = moderator.get("/v1/registry").json()["items"]
    assert entry["review_due"] is False
    yard.clock.advance(92 * DAY)
    [entry] = moderator.get("/v1/registry").json()["items"]
    assert entry["review_due"] is True


def test_what_the_network_showed_last_is_the_day_of_the_check(yard: Yard) -> None:
    """Whatever proved last that the page works: polling, the list of its managers."""
    yard.change(Page, yard.page, managers_read_at=1_790_000_000_000_000)

    [entry] = yard.client("viewer").get("/v1/registry").json()["items"]

    assert entry["checked_at"].startswith("2026-09-21")


def test_a_page_says_its_own_title(yard: Yard) -> None:
    """What a page's row says is changed there; a wrong day or a name over several lines is told."""
    admin = yard.client("admin")
    [entry] = admin.get("/v1/registry").json()["items"]
    for body, where in (
        ({"title": "Другая"}, "title"),
        ({"responsible_since": "вчера"}, "responsible_since"),
        ({"organisation": "я" * 301}, "organisation"),
    ):
        refused = admin.patch(f"/v1/registry/{entry['id']}", json=body)
        assert refused.status_code == 400
        assert where in refused.text
    refused = admin.delete(f"/v1/registry/{entry['id']}")
    assert refused.status_code == 403


def test_long_lists_are_walked(yard: Yard) -> None:
    """By the cursor, as every list."""
    for number in range(5):
        yard.add_page(f"22900001{number}", "shadow")
    client, seen, cursor = yard.client("viewer"), [], None
    while True:
        page = client.get("/v1/registry", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["url"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6
