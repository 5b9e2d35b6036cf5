"""A folder that holds no usable model is refused in Russian, with the file that is wrong."""

import json
from pathlib import Path

import pytest

from app.domain.errors import ConfigurationError
from app.pipeline.models import open_model
from model.errors import ArtefactError
from tests.fakes.artefact import write_artefact


def missing(folder: Path) -> str:
    (folder / "intercepts.npy").unlink()
    return "intercepts.npy: ожидается файл модели, а его нет или он не читается"


def tampered(folder: Path) -> str:
    array = folder / "intercepts.npy"
    array.write_bytes(array.read_bytes() + b"\0")
    return "intercepts.npy: ожидается файл с суммой SHA-256 из manifest.json, а этот повреждён или изменён"


def from_another_version(folder: Path) -> str:
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format": 99}))
    return "manifest.json: ожидается модель для этой версии программы, а эта не подходит"


@pytest.mark.parametrize("spoil", [missing, tampered, from_another_version])
def test_an_unusable_model_is_refused(tmp_path, spoil):
    """The line is for the person at the server; the model's own account of it is the error's cause."""
    write_artefact(tmp_path)
    said = spoil(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        open_model(tmp_path)
    assert str(caught.value).startswith(f"модель не годится: {tmp_path}/{said}")
    assert isinstance(caught.value.__cause__, ArtefactError)
