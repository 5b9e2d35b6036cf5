"""The commands of training on a machine that only serves."""

import subprocess
import sys

HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "sklearn":
            raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

sys.meta_path.insert(0, Hidden())
import typer
from training.cli import register
app = typer.Typer()
register(app)
app()
"""


def test_training_without_its_libraries_says_what_to_install() -> None:
    """One Russian line and no stack trace: a serving machine needs none of them."""
    done = subprocess.run(
        [sys.executable, "-c", HIDE, "train", "--data", ".", "--out", "x"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "не установлена библиотека sklearn" in done.stderr
    assert "requirements/train.txt" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
