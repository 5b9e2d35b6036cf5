"""`make soak`: the real service under a steady load; nothing may be lost or done twice, its memory must stay flat."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import create_engine, text

from benchmarks.client import GROUP
from benchmarks.machine import Watch, resident_mib
from benchmarks.servers import SECRET, Store, stores
from benchmarks.texts import POLICY, ROOT, written
from tests.functional import forked
from tests.functional.running import Installation, Service
from tests.simulators.vk import VkSimulator

#: How a store's name begins.
STORES: Final = {
    "sqlite": ("SQLite on disk",),
    "postgres": ("PostgreSQL",),
    "both": ("SQLite on disk", "PostgreSQL"),
}
TEXTS: Final = 8_000
SEED: Final = 20_260_103
#: The first third warms caches up; after it the memory may grow by so much: a share, or a few MiB of chance.
GROWTH: Final = 0.05
CHANCE_MIB: Final = 12.0
DELAYS: Final = {"half within": "p50", "99 % within": "p99", "all within": "p100"}
#: A walk through the journal of ten minutes takes a while.
VERIFY_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Soak:
    """What came of one store."""

    store: str
    result: dict[str, Any]
    #: Comments that have a decision, and decisions.
    decided: int
    decisions: int
    journal: str
    #: (seconds, MiB) through the run.
    memory: list[tuple[float, float]]
    foreign_cores: float

    @property
    def growth(self) -> tuple[float, float]:
        """The highest memory of the second third and of the last third, MiB."""
        third = len(self.memory) // 3
        parts = self.memory[third : 2 * third], self.memory[2 * third :]
        before, after = (max((mib for _, mib in part), default=0.0) for part in parts)
        return before, after

    @property
    def faults(self) -> list[str]:
        """What is not as it has to be."""
        before, after = self.growth
        sent, ok = self.result["sent"], self.result["ok"]
        wrong = [name for name in self.result["answers"] if name not in {"ok", "503"}]
        found = {
            f"{sent - ok} events were never answered ok": sent != ok,
            f"{ok - self.decided} answered and not decided": self.decided < ok,
            f"{self.decisions - self.decided} decided twice": self.decisions != self.decided,
            f"answers that VK does not expect: {wrong}": bool(wrong),
            f"the journal: {self.journal}": bool(self.journal),
            f"memory grows: {before:.0f} -> {after:.0f} MiB": after > max(before * (1 + GROWTH), before + CHANCE_MIB),
        }
        return [words for words, is_so in found.items() if is_so]


def main() -> int:
    """Soak the stores that are asked for; exit code 1 if anything was lost, done twice or kept on growing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=1000, help="events a second")
    parser.add_argument("--store", choices=STORES, default="both")
    chosen = parser.parse_args()
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="soak-", dir=ROOT / "build") as folder:
        _tell(f"writing {TEXTS:,} texts")
        _, texts = written(SEED, TEXTS)
        with stores(Path(folder)) as found:
            wanted = [store for store in found if store.name.startswith(STORES[chosen.store])]
            done = [_soak(store, texts, chosen.rate, chosen.seconds) for store in wanted]
    print("\n\n".join(_summary(one, chosen.rate, chosen.seconds) for one in done))
    return int(not done or any(one.faults for one in done))


def _soak(store: Store, texts: Path, rate: int, seconds: int) -> Soak:
    _tell(f"{store.name}: {seconds} s at {rate} events a second")
    with _serve(store) as (service, installation):
        watch, start, memory = Watch(), perf_counter(), []
        result: dict[str, Any] = {}
        for result in _load(texts, service.port, rate, seconds):
            memory.append((perf_counter() - start, resident_mib(service.pid)))
            if len(memory) % 6 == 0:
                _tell(
                    f"{memory[-1][0]:5.0f} s  {result['ok']:,} ok, {result['waiting']:,} wait, {memory[-1][1]:.0f} MiB"
                )
        foreign = watch.foreign()
        service.stop()
    decided, decisions = _counted(store)
    _tell("verifying the journal")
    verified = forked.run(("journal", "verify"), installation.environment(), stdin="", timeout=VERIFY_SECONDS)
    fault = "" if verified.returncode == 0 else (verified.stdout + verified.stderr).strip()
    return Soak(f"{store.name} ({store.device})", result, decided, decisions, fault, memory, foreign)


@contextmanager
def _serve(store: Store) -> Iterator[tuple[Service, Installation]]:
    """The service as it is by default, its worker inside, one page on a simulated VK."""
    with ExitStack() as stack:
        vk = stack.enter_context(VkSimulator())
        vk.add_community(GROUP, managers=[5])
        token = vk.add_token("user", GROUP)
        installation = Installation(store.folder / "data", store.database_url, vk.base_url)
        installation.data_dir.mkdir(parents=True)
        installation.run("migrate")
        installation.run(
            *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Нагрузка", "--policy", POLICY),
            *("--mode", "enforce", "--secret", "-", "--confirmation", "c0ffee", "--user-token", "-", "--json"),
            stdin=f"{SECRET}\n{token}\n",
        )
        yield stack.enter_context(installation.serve()), installation


def _load(texts: Path, port: int, rate: int, seconds: int) -> Iterator[dict[str, Any]]:
    arguments = [str(one) for one in (texts, SECRET, port, rate, seconds)]
    command = [sys.executable, "-m", "benchmarks.steady", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        for line in process.stdout:
            yield json.loads(line)
    assert process.returncode == 0, "the load broke"


def _counted(store: Store) -> tuple[int, int]:
    engine = create_engine(store.database_url)
    try:
        with engine.connect() as connection:
            row = connection.execute(text("SELECT count(DISTINCT comment_id), count(*) FROM decision")).one()
    finally:
        engine.dispose()
    return int(row[0]), int(row[1])


def _summary(soak: Soak, rate: int, seconds: int) -> str:
    before, after = soak.growth
    result, first = soak.result, soak.memory[0][1]
    delays = ", ".join(f"{name} {result[f'{key}_ms']:.0f}" for name, key in DELAYS.items())
    machine = f"{os.cpu_count()} CPUs, others used {soak.foreign_cores:.1f} of them"
    others = {name: number for name, number in result["answers"].items() if name != "ok"}
    lines = [
        f"{soak.store}: {seconds} s at {rate} events a second; {machine}",
        f"  sent {result['sent']:,}, ok {result['ok']:,}, sent again {result['repeats']:,} {others or ''}",
        f"  decided {soak.decided:,}, decisions {soak.decisions:,}; the journal {soak.journal or 'verifies'}",
        f"  from due to ok, ms: {delays}",
        f"  memory, MiB: first {first:.0f}, highest of the second third {before:.0f}, of the last {after:.0f}",
        "  PASSED" if not soak.faults else "  FAILED: " + "; ".join(soak.faults),
    ]
    return "\n".join(lines)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
