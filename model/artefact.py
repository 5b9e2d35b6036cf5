"""Reads and writes the folder that holds a trained model: arrays, their SHA-256, and the manifest."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from model.errors import ArtefactIncompatibleError, ArtefactMissingError, ArtefactTamperedError
from model.features import NAMED
from model.grams import MOST_CHARACTERS
from model.labels import CATEGORIES, HEADS
from model.manifest import FORMAT, Manifest, from_json, to_json
from model.signals import SIGNALS

DEFAULT_ARTEFACT: Final = Path(__file__).parent / "default"
MANIFEST: Final = "manifest.json"
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Arrays:
    """The numbers of a model; H logits, and N n-grams, L lemmas, P pairs, D signals, F forms.

    Names are UTF-8 text joined by line feeds. Weights include the scale of their block.
    """

    chars_names: Array  # uint8
    chars_idf: Array  # float32 (N,)
    chars_weights: Array  # float32 (N, H); float16 is read too
    lemmas_names: Array  # uint8
    lemmas_idf: Array  # float32 (L,)
    lemmas_weights: Array  # float32 (L, H)
    pairs_keys: Array  # int64 (P,)
    pairs_idf: Array  # float32 (P,)
    pairs_weights: Array  # float32 (P, H)
    signals_weights: Array  # float32 (D, H)
    intercepts: Array  # float64 (H,)
    platt: Array  # float64 (H, 2): probability = sigmoid(slope * logit + offset)
    # Frequent word forms and what the dictionary says of them, so that it need not be asked while judging.
    forms_names: Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))  # uint8
    forms_codes: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))  # int32 (F,): Vocabulary.code_of


@dataclass(frozen=True, slots=True)
class Artefact:
    """A model ready for a scorer."""

    manifest: Manifest
    arrays: Arrays


def pack_names(names: list[str]) -> Array:
    """Names as one array of bytes."""
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8).copy()


def unpack_names(packed: Array) -> list[str]:
    """The names in one array of bytes."""
    return unpack_text(packed).split("\n") if packed.size else []


def unpack_text(packed: Array) -> str:
    """The names, a line each."""
    return packed.tobytes().decode()


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def save(folder: Path, manifest: Manifest, arrays: Arrays) -> Artefact:
    """Write a model into a folder; the same arguments give the same bytes. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    digests: dict[str, str] = {}
    for one in fields(Arrays):
        content = _npy(getattr(arrays, one.name))
        digests[f"{one.name}.npy"] = hashlib.sha256(content).hexdigest()
        (folder / f"{one.name}.npy").write_bytes(content)
    manifest = replace(manifest, files=digests)
    manifest = replace(manifest, digest=manifest.computed_digest())
    (folder / MANIFEST).write_text(to_json(manifest), encoding="utf-8")
    return Artefact(manifest, arrays)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtefactMissingError(path, error.strerror or type(error).__name__, "a readable file") from error


def _load_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        manifest = from_json(_read(path).decode())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArtefactIncompatibleError(path, f"a manifest of another shape ({error})", f"format {FORMAT}") from error
    if manifest.format != FORMAT:
        raise ArtefactIncompatibleError(path, f"format {manifest.format}", f"format {FORMAT}")
    computed = manifest.computed_digest()
    if computed != manifest.digest:
        raise ArtefactTamperedError(path, f"content with SHA-256 {computed}", f"its digest {manifest.digest}")
    return manifest


def _check_thresholds(path: Path, manifest: Manifest) -> None:
    sets: dict[str, Mapping[str, float]] = {f"promise {k}": p.thresholds for k, p in manifest.promises.items()}
    sets |= {f"review share {k}": t for k, t in manifest.review.items()}
    sets["appeal"] = dict.fromkeys(CATEGORIES, manifest.appeal)
    for name, thresholds in sets.items():
        if set(thresholds) != set(CATEGORIES):
            raise ArtefactIncompatibleError(path, f"{name} for {sorted(thresholds)}", f"for {sorted(CATEGORIES)}")
        for category, value in thresholds.items():
            if not 0.0 <= value <= 1.0:
                raise ArtefactIncompatibleError(path, f"{name}: {category} = {value!r}", "a number from 0 to 1")


def _check_heads(path: Path, manifest: Manifest) -> None:
    if set(manifest.heads) != set(HEADS):
        raise ArtefactIncompatibleError(path, f"heads {sorted(manifest.heads)}", f"heads {sorted(HEADS)}")
    for head, parts in manifest.heads.items():
        if not 1 <= len(parts) <= 2 or not set(parts) <= set(manifest.logits):
            raise ArtefactIncompatibleError(
                path, f"head {head} from {list(parts)}", f"one or two of {list(manifest.logits)}"
            )


def _load_array(folder: Path, manifest: Manifest, name: str) -> Array:
    path = folder / f"{name}.npy"
    expected = manifest.files.get(path.name)
    if expected is None:
        raise ArtefactIncompatibleError(folder / MANIFEST, f"no SHA-256 for {path.name}", "one for every array")
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise ArtefactTamperedError(path, f"SHA-256 {found}", f"SHA-256 {expected}")
    try:
        array: Array = np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError as error:
        raise ArtefactIncompatibleError(path, f"no plain array ({error})", "a .npy file") from error
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ArtefactIncompatibleError(path, "a value that is not finite", "finite numbers")
    return array


def _check_shapes(folder: Path, arrays: Arrays, logits: int) -> None:
    chars, lemmas = len(unpack_names(arrays.chars_names)), len(unpack_names(arrays.lemmas_names))
    pairs = arrays.pairs_keys.shape[0]
    forms = len(unpack_names(arrays.forms_names))
    expected: dict[str, tuple[int, ...]] = {
        "chars_idf": (chars,),
        "chars_weights": (chars, logits),
        "lemmas_idf": (lemmas,),
        "lemmas_weights": (lemmas, logits),
        "pairs_keys": (pairs,),
        "pairs_idf": (pairs,),
        "pairs_weights": (pairs, logits),
        "signals_weights": (len(SIGNALS), logits),
        "intercepts": (logits,),
        "platt": (logits, 2),
        "forms_codes": (forms,),
    }
    for name, shape in expected.items():
        found = getattr(arrays, name).shape
        if found != shape:
            raise ArtefactIncompatibleError(folder / f"{name}.npy", f"shape {found}", f"shape {shape}")
    _check_codes(folder / "forms_codes.npy", arrays.forms_codes, lemmas)
    characters = np.unique(np.frombuffer(unpack_text(arrays.chars_names).encode("utf-32-le"), dtype=np.uint32)).size
    if characters > MOST_CHARACTERS:
        found_characters = f"{characters} different characters"
        raise ArtefactIncompatibleError(folder / "chars_names.npy", found_characters, f"at most {MOST_CHARACTERS}")


def _check_codes(path: Path, codes: Array, lemmas: int) -> None:
    if codes.size and not NAMED <= codes.min() <= codes.max() < lemmas:
        raise ArtefactIncompatibleError(path, f"codes {codes.min()} to {codes.max()}", f"{NAMED} to {lemmas - 1}")


def load(folder: Path) -> Artefact:
    """Read a model and check every byte of it against its manifest.

    Raises ArtefactMissingError, ArtefactTamperedError or ArtefactIncompatibleError.
    """
    manifest = _load_manifest(folder)
    _check_thresholds(folder / MANIFEST, manifest)
    _check_heads(folder / MANIFEST, manifest)
    arrays = Arrays(**{f.name: _load_array(folder, manifest, f.name) for f in fields(Arrays)})
    _check_shapes(folder, arrays, len(manifest.logits))
    return Artefact(manifest, arrays)
