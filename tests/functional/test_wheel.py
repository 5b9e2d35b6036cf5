"""The wheel holds all that the service needs: it is installed and run where no checkout is in sight."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.functional.running import START_SECONDS, free_port, wait_until

ROOT = Path(__file__).parents[2]
#: Where a file of the checkout lies in the wheel.
MOVED = {"data/samples/comments/": "training/samples/"}
PACKED = ("app", "model", "training", "data/samples/comments")
#: Runs in each process of the installation, before anything else: writes down who looks into the checkout.
GUARD = """
import os, sys
def watch(event, arguments, root={root!r}, packages={packages!r}, told={told!r}, append=open):
    if event not in {{"open", "os.listdir", "os.scandir"}} or not isinstance(arguments[0], (str, bytes)):
        return
    path = os.path.abspath(os.fsdecode(arguments[0]))
    if path.startswith(root) and not (path + os.sep).startswith(packages):
        with append(told, "a") as file:
            file.write(path + chr(10))
sys.addaudithook(watch)
"""


@dataclass
class Installed:
    """A fresh environment with the wheel in it, and a folder of one's own to work in."""

    wheel: Path
    bin: Path
    folder: Path
    looked: Path

    @property
    def environment(self) -> dict[str, str]:
        """No variable of ours or of Python's leads anywhere."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("DVORNIK_", "PYTHON"))}
        return own | {"PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "DVORNIK_LOG_FORMAT": "json"}

    def run(self, *arguments: str) -> str:
        """What the installed command prints; it must succeed."""
        done = subprocess.run(
            [self.bin / "dvornik", *arguments], cwd=self.folder, env=self.environment,
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=START_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serve(self) -> Iterator[str]:
        """The service's address, while it runs and is ready."""
        port = free_port()
        log = self.folder.parent / "serve.log"
        with log.open("w") as written:
            process = subprocess.Popen(
                [self.bin / "dvornik", "serve", "--port", str(port)], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=written, stderr=written,
            )  # fmt: skip
        url = f"http://127.0.0.1:{port}"

        def is_ready() -> bool:
            assert process.poll() is None, log.read_text()
            try:
                return httpx.get(f"{url}/readyz").status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

        try:
            wait_until(is_ready, seconds=START_SECONDS, what="the installed service is ready")
            yield url
            process.terminate()
            # Uvicorn ends in order and then by the signal that it was sent.
            assert process.wait(START_SECONDS) in {0, -signal.SIGTERM}, log.read_text()
            assert "Application shutdown complete." in log.read_text()
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make wheel` builds it."""
    made = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(made)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(made.glob("dvornik-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a new environment that finds its dependencies among the packages of this one."""
    place = tmp_path_factory.mktemp("installed")
    home, looked = place / "env", place / "looked"
    venv.create(home, with_pip=False)
    found = {name: Path(path) for name, path in sysconfig.get_paths("venv", {"base": str(home)}).items()}
    python = found["scripts"] / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python), "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], cwd=place, check=True, capture_output=True)
    packages = sysconfig.get_path("purelib")
    # Only now, lest pip take this environment's own installation for an older one of that.
    (found["purelib"] / "dependencies.pth").write_text(f"{packages}\n")
    guard = GUARD.format(root=f"{ROOT}{os.sep}", packages=f"{packages}{os.sep}", told=str(looked))
    (found["purelib"] / "sitecustomize.py").write_text(guard)
    folder = place / "рабочая папка"
    folder.mkdir()
    return Installed(wheel, found["scripts"], folder, looked)


def test_the_wheel_holds_what_the_repository_holds(wheel: Path) -> None:
    """Every file of `app`, `model` and `training` and every sample that training reads is in it, and nothing else."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PACKED]
    told = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    expected = {_place(path) for path in told.split("\0") if path and (ROOT / path).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert "model/default/manifest.json" in expected
    assert names == expected


def _place(path: str) -> str:
    for here, there in MOVED.items():
        if path.startswith(here):
            return there + path.removeprefix(here)
    return path


def test_the_wheel_says_under_which_licences_it_is(wheel: Path) -> None:
    """Metadata name the licence of the code and that of the weights, and both texts are inside."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
        metadata = archive.read(inside["METADATA"]).decode()
        given = {name: archive.read(inside[name]).decode() for name in ("LICENSE", "LICENSE-weights.md")}

    assert "License-Expression: MIT AND CC-BY-NC-SA-4.0" in metadata
    assert given == {name: (ROOT / name).read_text(encoding="utf-8") for name in given}


def test_the_installed_command_works_anywhere(installed: Installed) -> None:
    """Help, judging, a preset and the schema work in a foreign folder whose name has a space and Cyrillic letters."""
    shown = installed.run("--help")
    migrated = installed.run("migrate")
    judged = json.loads(installed.run("check", "Спасибо, дорогу починили!", "--policy", "novokuznetsk-59", "--json"))

    assert "train" in shown
    assert judged["verdict"] == "keep"
    assert judged["policy"]["name"] == "novokuznetsk-59"
    assert judged["model"]["version"]
    assert "Схема базы данных" in migrated
    assert (installed.folder / "var" / "dvornik.sqlite3").is_file()


def test_the_installed_service_serves(installed: Installed) -> None:
    """It becomes ready, gives out the console with its static files, and nothing is read from the checkout."""
    with installed.serve() as url:
        ready = httpx.get(f"{url}/readyz").json()
        sheet = httpx.get(f"{url}/console/static/console.css")
        entrance = httpx.get(f"{url}/console", follow_redirects=True)

    assert ready["checks"]["model"] == "ok"
    assert sheet.headers["content-type"].startswith("text/css")
    assert sheet.content == (ROOT / "app" / "console" / "static" / "console.css").read_bytes()
    assert "Дворник" in entrance.text
    assert not installed.looked.exists(), installed.looked.read_text()
