"""The same story on every network: a rude comment comes in, goes, its author is banned, and a person takes it back."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.words import ActionKind, IntakeKind
from tests.functional.conftest import MAT, THANKS
from tests.functional.networks.town import Place, Town, offering, town
from tests.functional.running import wait_until
from tests.stands.stand import Said, Standing

#: States in which nothing more happens by itself.
SETTLED = frozenset({"done", "manual", "failed", "cancelled"})
SECONDS = 60.0


@pytest.mark.timeout(180)
def test_the_same_story_on_every_network(sqlite_url: str, tmp_path: Path) -> None:
    """Called or asking, the house does the same: what a network cannot do is a person's task, and it says so."""
    asking_url = f"sqlite:///{tmp_path / 'asking.sqlite3'}"
    with (
        town(offering(IntakeKind.CALLBACK), sqlite_url, tmp_path / "called", IntakeKind.CALLBACK) as called,
        town(offering(IntakeKind.LONGPOLL), asking_url, tmp_path / "asking", IntakeKind.LONGPOLL) as asking,
    ):
        # Taking back waits for its window twice; the way in makes no difference to it.
        tell({called: _whole, asking: _removed})
        for house in (called, asking):
            house.installation.run("journal", "verify")


@pytest.mark.timeout(180)
def test_the_story_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    """The database makes no difference to any of them."""
    with town(offering(None, most=3), postgres_url, tmp_path / "data", None) as house:
        tell({house: _removed})
        house.installation.run("journal", "verify")


def tell(stories: Mapping[Town, Callable[[Town, Place], object]]) -> None:
    """The stories on all pages at once; what went wrong is told of each."""
    pages = [(house, name, page) for house in stories for name, page in house.places.items()]
    with ThreadPoolExecutor(len(pages)) as pool:
        running = [(pool.submit(stories[house], house, page), name) for house, name, page in pages]
    failed = [(error, name) for told, name in running if (error := told.exception()) is not None]
    if failed:
        raise ExceptionGroup(f"not on {', '.join(name for _, name in failed)}", [_of(*one) for one in failed])


def _of(error: BaseException, name: str) -> Exception:
    error.add_note(name)
    return error if isinstance(error, Exception) else RuntimeError(repr(error))


def _removed(house: Town, place: Place) -> Said:
    """Thanks stay; what no act lets stand goes, with its clause, by the network's hand or a person's."""
    stand, abilities = place.stand, place.stand.adapter().abilities
    kept = stand.write(THANKS, author=stand.neighbour)
    rude = stand.write(MAT)
    house.ask_at_once()
    wait_until(lambda: place.decision(MAT) and place.decision(THANKS), seconds=SECONDS, what="both are decided")
    decision = place.decision(MAT)
    assert decision is not None
    assert (decision["verdict"], decision["decided_by"]) == ("remove", "machine")
    assert decision["clauses"]
    assert decision["comment"]["author_id"] == stand.citizen
    _settled(place, "delete_comment")
    deletion = place.actions()["delete_comment"]
    if rude.kind in abilities.can_delete:
        assert (deletion["state"], deletion["outcome"]) == ("done", "acted")
        assert stand.standing(rude) is Standing.GONE
    else:
        assert deletion["state"] == "manual"
        assert stand.standing(rude) is Standing.VISIBLE
    assert stand.standing(kept) is Standing.VISIBLE
    return rude


def _whole(house: Town, place: Place) -> None:
    rude = _removed(house, place)
    _banned(place)
    _taken_back(place, rude)


def _banned(place: Place) -> None:
    """Nobody is banned before a person confirms it."""
    stand, abilities = place.stand, place.stand.adapter().abilities
    ban = place.actions()["ban_author"]
    assert ban["state"] == "proposed"
    assert not stand.is_barred(stand.citizen)
    place.post(f"/v1/actions/{ban['id']}/confirm")
    _settled(place, "ban_author")
    state = place.actions()["ban_author"]["state"]
    if abilities.can_ban and not abilities.bans_by_deleting:
        assert state == "done"
        assert stand.is_barred(stand.citizen)
    else:
        assert state == "manual"
        assert not stand.is_barred(stand.citizen)


def _taken_back(place: Place, rude: Said) -> None:
    """What the network gives back comes back, and what it does not is said."""
    stand, abilities = place.stand, place.stand.adapter().abilities
    decision = place.decision(MAT)
    assert decision is not None
    was_banned = stand.is_barred(stand.citizen)
    ruled = place.post(f"/v1/decisions/{decision['id']}/reverse", {"reason": "ошиблись"})
    gone = stand.standing(rude) is Standing.GONE
    restores = abilities.can_undo(ActionKind.DELETE_COMMENT, rude.kind)
    if gone and restores:
        _settled(place, "restore_comment")
        assert stand.standing(rude) is Standing.VISIBLE
    if gone and not restores:
        assert ruled["cannot"]
        assert stand.standing(rude) is Standing.GONE
    if was_banned and abilities.can_unban:
        _settled(place, "unban_author")
        assert not stand.is_barred(stand.citizen)
    newest = place.decision(MAT)
    assert newest is not None
    assert (newest["verdict"], newest["decided_by"]) == ("keep", "person:Тест")


def _settled(place: Place, kind: str) -> None:
    wait_until(
        lambda: place.actions().get(kind, {}).get("state") in SETTLED,
        seconds=SECONDS,
        what=f"{place.stand.name}: {kind} is settled: {place.actions().get(kind)}",
    )
