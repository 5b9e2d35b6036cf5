"""The comparison of a packed model with the fitted one."""

import json
import shutil

from tests.unit.training.conftest import make_folder
from training.dataset import read_folder
from training.train import train


def test_a_text_that_training_read_in_part_is_not_compared(tmp_path):
    """Drawings that give a label away are unread in training and read by the scorer; training still ends well."""
    data = make_folder(tmp_path / "plain")
    shutil.copytree(data, tmp_path / "data")
    lines = (tmp_path / "data" / "toxic.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[0])
    row |= {"text": "дом кот парк снег 🤬🤬🤬", "source": "ok_drawn", "toxic": 1}
    with (tmp_path / "data" / "toxic.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    drawn = [r for r in read_folder(tmp_path / "data") if r.source == "ok_drawn"]
    assert [r.words for r in drawn] == [("дом", "кот", "парк", "снег")]
    artefact = train(tmp_path / "data", tmp_path / "out", created="2026-01-01")
    assert artefact.manifest.metrics["agreement"]["rows"] == len(read_folder(tmp_path / "data")) - 1
