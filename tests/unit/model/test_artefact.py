"""A model folder is believed only when every byte is what the manifest says."""

import json
import shutil
from dataclasses import fields, replace

import numpy as np
import pytest

from model.artefact import Arrays, load, pack_names, save
from model.errors import ArtefactIncompatibleError, ArtefactMissingError, ArtefactTamperedError
from model.manifest import FORMAT, Manifest, from_json, to_json
from tests.unit.model.conftest import make_artefact


@pytest.fixture
def folder(artefact_folder, tmp_path):
    return shutil.copytree(artefact_folder, tmp_path / "model")


def _rewrite(folder, change):
    """Change the manifest and sign it again."""
    path = folder / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    values.pop("digest")
    path.write_text(to_json(from_json(json.dumps(values))))


def test_what_was_saved_is_loaded(tmp_path):
    """Saving and loading keeps every array and the manifest."""
    saved = make_artefact(tmp_path)
    loaded = load(tmp_path)
    assert loaded.manifest == saved.manifest
    for field in fields(Arrays):
        a, b = getattr(saved.arrays, field.name), getattr(loaded.arrays, field.name)
        assert a.dtype == b.dtype
        assert np.array_equal(a, b)


def test_the_same_model_gives_the_same_bytes(tmp_path):
    """Two savings of one model are equal byte by byte."""
    make_artefact(tmp_path / "a")
    make_artefact(tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("name", [f"{f.name}.npy" for f in fields(Arrays)])
def test_one_changed_byte_is_refused(folder, name):
    """A changed byte in any array is refused with the file and both digests."""
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ArtefactTamperedError, match=rf"{name}: found SHA-256 \w+, expected SHA-256 \w+"):
        load(folder)


def test_a_changed_manifest_is_refused(folder):
    """A threshold changed by hand is refused."""
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"appeal": 0.5', '"appeal": 0.6'))
    with pytest.raises(ArtefactTamperedError, match=r"manifest\.json"):
        load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "chars_idf.npy"])
def test_a_missing_file_is_named(folder, name):
    """A missing file is named in the error."""
    (folder / name).unlink()
    with pytest.raises(ArtefactMissingError, match=name):
        load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(format=99), f"format 99, expected format {FORMAT}"),
        (lambda m: m["heads"].pop("appeal"), "heads"),
        (lambda m: m["heads"].update(spam=["nothing"]), "head spam"),
        (lambda m: m["review"]["0.03"].pop("threat"), "review share 0.03"),
        (lambda m: m["promises"]["1/1000"]["thresholds"].update(insult=1.5), "insult = 1.5"),
        (lambda m: m["promises"]["1/1000"]["thresholds"].update(insult=float("nan")), "insult = nan"),
        (lambda m: m.update(appeal=-1.0), "a number from 0 to 1"),
        (lambda m: m["files"].pop("platt.npy"), "no SHA-256 for platt.npy"),
        (lambda m: m.update(logits=m["logits"] + ["more"]), "shape"),
    ],
)
def test_another_shape_is_refused(folder, change, message):
    """A signed manifest that this program cannot score with is refused with the reason."""
    _rewrite(folder, change)
    with pytest.raises(ArtefactIncompatibleError, match=message):
        load(folder)


def test_a_manifest_that_is_no_json_is_refused(folder):
    """A file that is no manifest is incompatible, not a crash."""
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(ArtefactIncompatibleError, match="manifest"):
        load(folder)


def test_half_a_character_in_a_manifest_is_a_change(folder):
    """JSON can spell what no encoding has; it is refused like every other change."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"created": "\ud800"}), encoding="utf-8")
    with pytest.raises(ArtefactTamperedError):
        load(folder)


def test_numbers_that_are_not_finite_are_refused(folder, tmp_path):
    """An array with NaN is refused even when its digest is right."""
    saved = load(folder)
    saved.arrays.intercepts[0] = np.nan
    save(tmp_path / "bad", saved.manifest, saved.arrays)
    with pytest.raises(ArtefactIncompatibleError, match=r"intercepts\.npy: found a value that is not finite"):
        load(tmp_path / "bad")


@pytest.mark.parametrize(("code", "said"), [(12, "codes 12 to 12"), (-3, "codes -3 to -3")])
def test_a_form_of_no_lemma_is_refused(folder, tmp_path, code, said):
    """A listed form stands for a lemma that there is, for none, or for a name."""
    saved = load(folder)
    forms = {"forms_names": pack_names(["дороги"]), "forms_codes": np.array([code], dtype=np.int32)}
    save(tmp_path / "bad", saved.manifest, replace(saved.arrays, **forms))
    with pytest.raises(ArtefactIncompatibleError, match=rf"forms_codes\.npy: found {said}, expected -2 to 11"):
        load(tmp_path / "bad")


def test_characters_that_cannot_be_packed_are_refused(folder, tmp_path):
    """N-grams of more characters than fit into an integer are refused when the folder is read."""
    saved = load(folder)
    count = saved.arrays.chars_idf.shape[0]
    many = [chr(0x4E00 + 47 * n) + "".join(chr(0x4E00 + 47 * n + k) for k in range(1, 47)) for n in range(count)]
    save(tmp_path / "bad", saved.manifest, replace(saved.arrays, chars_names=pack_names(many)))
    with pytest.raises(ArtefactIncompatibleError, match=r"chars_names\.npy: found \d+ different characters"):
        load(tmp_path / "bad")


def test_the_digest_covers_everything(folder):
    """Two manifests that differ anywhere have different digests."""
    manifest = load(folder).manifest
    assert isinstance(manifest, Manifest)
    other = json.loads(to_json(manifest))
    other.pop("digest")
    other["created"] = "2027-01-01"
    assert from_json(json.dumps(other)).computed_digest() != manifest.digest
