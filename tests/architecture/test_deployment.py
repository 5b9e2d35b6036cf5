"""Files that nobody runs while developing are true: what they copy exists, what they set is a setting, nobody is root."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "dvornik.service"
#: A release and not merely the newest: python:3.13-slim-bookworm, by digest or without.
PINNED = re.compile(r"[\w./-]+:\d[\w.]*(-[a-z]+)*-bookworm(@sha256:[0-9a-f]{64})?")
VARIABLE = re.compile(r"\bDVORNIK_[A-Z_]*[A-Z]\b(?![*…_])")
SECRETS = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
KNOWN = {f"DVORNIK_{name.upper()}" for name in Settings.model_fields} | {
    f"DVORNIK_{name.upper()}_FILE" for name in SECRETS
}


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def _of(word: str) -> list[str]:
    return [rest for found, rest in _instructions() if found == word]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as Docker reads it."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_the_image_is_made_of_what_is_there() -> None:
    """Whatever is copied from the checkout exists and is let through to the builder, tests and data of ours are not."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = [name for rest in _of("COPY") if "--from=" not in rest for name in rest.split()[:-1]]

    assert "*" in ignored
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == allowed


def test_the_image_has_two_stages_and_a_named_base() -> None:
    """Both stages begin with one base of a fixed release; the second takes only what the first has installed."""
    bases = dict(argument.split("=", 1) for argument in _of("ARG"))

    assert _of("FROM") == ["${PYTHON} AS build", "${PYTHON}"]
    assert PINNED.fullmatch(bases["PYTHON"])
    assert [rest for rest in _of("COPY") if "--from=" in rest] == ["--from=build /opt/dvornik /opt/dvornik"]
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in _of("RUN") if "pip install" in rest)


def test_the_image_runs_as_nobody_in_particular() -> None:
    """Its own account runs the service, only /data may be written, and the image asks itself whether it lives."""
    words = [word for word, _ in _instructions()]

    assert _of("USER") == ["dvornik"]
    assert words.index("USER") < words.index("CMD")
    assert _of("VOLUME") == ["/data"]
    assert "/healthz" in _of("HEALTHCHECK")[0]
    assert "DVORNIK_DATA_DIR=/data" in _of("ENV")[-1]


def test_no_password_is_given(compose: dict[str, Any]) -> None:
    """Passwords come from a file that is not in the repository; no variable of a container holds one."""
    assert compose["secrets"] == {"database_password": {"file": "secrets/database_password"}}
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for name, service in compose["services"].items():
        assert service["secrets"] == ["database_password"], name
        holding = [key for key in service["environment"] if re.search("PASSWORD|KEY|SECRET|TOKEN", key)]
        assert all(key.endswith("_FILE") for key in holding), name
        assert not re.search(r"//[^/]*:[^/]*@", str(service["environment"])), name


def test_containers_can_do_little(compose: dict[str, Any]) -> None:
    """Ours have a read-only root and no capability; the database cannot be reached from outside, the web from here only."""
    own = {name: one for name, one in compose["services"].items() if name != "database"}

    assert set(own) == {"migrate", "web", "worker"}
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in own.values())
    assert all(one["security_opt"] == ["no-new-privileges:true"] for one in own.values())
    assert [name for name, one in compose["services"].items() if "ports" in one] == ["web"]
    assert compose["services"]["web"]["ports"][0].startswith("127.0.0.1:")
    assert PINNED.fullmatch(compose["services"]["database"]["image"])


def test_what_is_set_is_a_setting() -> None:
    """Each DVORNIK_… in files of operation and in guides is one that the service knows."""
    told = {(path.relative_to(ROOT).as_posix(), name) for path in _told() for name in VARIABLE.findall(_text(path))}

    assert {name for _, name in told} >= {"DVORNIK_DATABASE_URL", "DVORNIK_TRUSTED_PROXIES", "DVORNIK_DATA_DIR"}
    assert {(path, name) for path, name in told if name not in KNOWN} == set()


def _told() -> Iterator[Path]:
    yield from (ROOT / "Dockerfile", ROOT / "compose.yaml", ROOT / "README.md", ROOT / "README.ru.md")
    yield from sorted(path for path in (ROOT / "deploy").iterdir() if path.is_file())
    yield from sorted((ROOT / "docs").glob("*.md"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_unit_starts_what_is_installed() -> None:
    """The unit's commands are commands, its data folder is its own, and its account is not root."""
    lines = dict(line.split("=", 1) for line in _text(UNIT).splitlines() if re.match(r"\w+=", line))
    programs = [lines["ExecStartPre"], lines["ExecStart"]]

    assert [PurePosixPath(program.split()[0]).name for program in programs] == ["dvornik", "dvornik"]
    assert [program.split()[1] for program in programs] == ["migrate", "serve"]
    assert lines["User"] == "dvornik"
    assert f"DVORNIK_DATA_DIR=/var/lib/{lines['StateDirectory']}" in lines["Environment"].split()


def test_systemd_reads_the_unit() -> None:
    """Every line of it is known to systemd, which finds the service little exposed; skipped aloud where there is no systemd."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    verified = subprocess.run(["systemd-analyze", "verify", UNIT], capture_output=True, text=True, check=False)
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", UNIT], capture_output=True, text=True, check=False
    )
    # The only complaint is that the program is not installed here.
    complaints = [line for line in verified.stderr.splitlines() if "/opt/dvornik/bin/dvornik is not exec" not in line]
    level = re.search(r"exposure level for dvornik.service: ([\d.]+)", judged.stdout)

    assert complaints == []
    assert level
    assert float(level[1]) < 2
