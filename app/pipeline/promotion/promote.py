"""Puts a checked model in use, or takes the one before it back; every such act stands in the journal.

A running process goes on with the model that it has opened and takes the new one at its next start.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from app.domain.errors import ConflictError, InvalidInputError
from app.journal.chain import Entry, append
from app.pipeline.house import House
from app.pipeline.models import open_model
from app.pipeline.promotion.shelf import Shelf, Standing
from app.storage.nodes import bump_config
from model.artefact import Artefact

LONGEST_REASON = 500


def promote(house: House, shelf: Shelf, source: Path, artefact: Artefact, *, by: str, reason: str = "") -> Standing:
    """Copy an artefact onto the shelf and put it in use from the next start on.

    `reason` are the words of whoever overrules the checks. They stand beside the pointer, the journal holds their keyed
    digest.

    Raises:
        ConflictError: this very model is in use.
        ConfigurationError: it cannot be copied, or the shelf is broken.
        InvalidInputError: the reason is too long.
    """
    if len(reason) > LONGEST_REASON or "\0" in reason:
        raise InvalidInputError("force", f"ожидается причина словами, не длиннее {LONGEST_REASON} знаков")
    manifest = artefact.manifest
    _check_new(shelf.history(), manifest.digest)
    about = {"by": by, "version": manifest.version, "digest": manifest.digest}
    # A process that is killed from here on leaves at least the intention behind.
    with house.database.write() as session:
        append(session, house.journal_key, [Entry("model_promoting", None, about)], house.clock.now())
    folder = shelf.put(source, artefact, house.clock.now())
    with house.database.write() as session:
        # Of two promotions at one moment the second one sees the first one's pointer.
        bump_config(session)
        history, now = shelf.history(), house.clock.now()
        _check_new(history, manifest.digest)
        standing = Standing(folder, manifest.version, manifest.digest, now, by, reason)
        shelf.switch([*history, standing], standing.version)
        forced = {"forced": _digest(house, reason)} if reason else {}
        before = history[-1].digest if history else ""
        append(session, house.journal_key, [Entry("model_promoted", None, {**about, "before": before, **forced})], now)
    return standing


def roll_back(house: House, shelf: Shelf, shipped: Artefact, *, by: str) -> tuple[Standing, str]:
    """Put the model in use that was in use before; returns what is taken back, and the version that takes its place.

    Raises:
        ConflictError: no model was ever promoted, all were taken back, or somebody else is just changing it.
        ConfigurationError: the model before is broken; the present one stays.
    """
    history = shelf.history()
    if not history:
        raise ConflictError("возвращать нечего: моделей не вводили или все уже возвращены, работает модель из поставки")
    taken, rest = history[-1], history[:-1]
    # Before the transaction: reading a model takes longer than others should wait.
    before = _opened(shelf, rest) or shipped
    with house.database.write() as session:
        bump_config(session)
        if shelf.history() != history:
            raise ConflictError("модель только что сменил кто-то другой: повторите")
        shelf.switch(rest, before.manifest.version)
        body = {"by": by, "version": taken.version, "digest": taken.digest, "instead": before.manifest.digest}
        append(session, house.journal_key, [Entry("model_rolled_back", None, body)], house.clock.now())
    return taken, before.manifest.version


def _opened(shelf: Shelf, history: Sequence[Standing]) -> Artefact | None:
    """The model of the last entry, checked byte by byte; None = the shipped one."""
    if not history or not history[-1].folder:
        return None
    artefact = open_model(shelf.place(history[-1]))
    shelf.check(artefact, history)
    return artefact


def _check_new(history: Sequence[Standing], digest: str) -> None:
    if history and history[-1].digest == digest:
        raise ConflictError(f"модель {history[-1].version} уже введена в действие")


def _digest(house: House, reason: str) -> str:
    return hmac.new(house.journal_key.secret, b"reason\x1f" + reason.encode(), sha256).hexdigest()
