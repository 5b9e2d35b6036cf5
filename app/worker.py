"""The loop beside the web process: finds connections with work, claims them, carries their actions out, forgets.

It runs as a process of its own (`dvornik worker`) or as a thread of the web process. Several connections are served at
a time, each by one thread with one client.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.clock import MINUTE, SECOND
from app.domain.ports import ClientFactory, NetworkClient
from app.journal.chain import append
from app.outbox import claim
from app.outbox.backoff import CAP, delay
from app.outbox.claim import LEASE_SECONDS, Lease
from app.outbox.endings import alert
from app.pipeline import forgetting
from app.pipeline.carry_out.executor import Executor
from app.pipeline.carry_out.managers import BEFORE_BAN, USUAL, ManagersReader
from app.pipeline.carry_out.sending import Step
from app.pipeline.duties.walk import Round
from app.pipeline.house import House
from app.pipeline.jobs.run import JobRunner
from app.pipeline.polling.poller import Poller
from app.storage import outbox
from app.telemetry import is_worth_telling

#: Actions of one connection in a row, before the others get their turn.
TURN: Final = 50
#: Connections that are served at a time: each thread mostly waits for the network or for its key's rate, three calls a
#: second for a person's.
THREADS: Final = 8
#: Clients that are kept open between turns: each holds its connections and remembers its rate.
OPEN_CLIENTS: Final = 256
#: How often connections are looked through for pages whose managers were not read lately.
MANAGERS_ROUND: Final = MINUTE
#: The longest wait for a database that does not answer, seconds.
LONGEST_OUTAGE_WAIT: Final = 30.0

_log = structlog.get_logger()


class Worker:
    """Serves connections until it is told to stop; `clients` makes a client for each network that is switched on.

    Each of `rounds`, `jobs` and polling go on in a thread of their own; without them only actions are carried out.
    `polling` is given what wakes this worker when there are new actions.
    """

    def __init__(
        self,
        house: House,
        clients: Mapping[str, ClientFactory],
        *,
        threads: int = THREADS,
        poll_seconds: float = 1.0,
        lease_seconds: int = LEASE_SECONDS,
        rounds: Sequence[Round] = (),
        jobs: JobRunner | None = None,
        polling: Callable[[Callable[[], None]], Poller] | None = None,
    ) -> None:
        self._house = house
        self._factories = dict(clients)
        self._threads = threads
        self._poll = poll_seconds
        self._lease_seconds = lease_seconds
        self._rounds = rounds
        self._jobs = jobs
        self._poller = polling(self.wake) if polling else None
        self._managers = ManagersReader(house)
        self._wake = threading.Event()
        self._slots = threading.Semaphore(threads)
        self._lock = threading.Lock()
        #: Leases in use, by connection; a connection is never served by two threads, not even over two leases.
        self._serving: dict[int, Lease] = {}
        #: Connections that broke: how often in a row, and until when they are left alone.
        self._broken: dict[int, tuple[int, int]] = {}
        self._clients: OrderedDict[int, NetworkClient] = OrderedDict()
        self._round_at = 0
        self._forgot_at: int | None = None
        self._cursor: int | None = None

    def wake(self) -> None:
        """There is something to do: do not wait for the next look; any thread may call it."""
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; what is being sent is finished and written down first."""
        served = threading.Event()
        heart = threading.Thread(target=self._beat, args=(served,), name="dvornik-leases", daemon=True)
        heart.start()
        # Beside the sending: a walk through a year of comments must not hold an action up. It ends with the loop,
        # however that ends.
        others = self._start_others(served)
        try:
            with ThreadPoolExecutor(self._threads, thread_name_prefix="dvornik-worker") as pool:
                self._loop(stop, pool)
        finally:
            served.set()
            heart.join()
            for thread in others:
                thread.join()
            self._close_clients()

    def _start_others(self, served: threading.Event) -> list[threading.Thread]:
        started = []
        rounds = {f"duties-{number}": one for number, one in enumerate(self._rounds, 1)}
        for name, work in {**rounds, "jobs": self._jobs, "polling": self._poller}.items():
            if work is not None:
                started.append(threading.Thread(target=work.run, args=(served,), name=f"dvornik-{name}", daemon=True))
                started[-1].start()
        return started

    def _loop(self, stop: threading.Event, pool: ThreadPoolExecutor) -> None:
        outages = 0
        while not stop.is_set():
            if not self._slots.acquire(timeout=self._poll):
                continue
            lease = None
            try:
                self._forget()
                lease = self._claim_next()
                outages = 0
            except Exception as error:  # noqa: BLE001 - a worker that ends sends nothing at all
                outages += 1
                _complain(error, outages)
                stop.wait(min(LONGEST_OUTAGE_WAIT, delay(outages, random.random) / SECOND))
            if lease is not None:
                pool.submit(self._serve, lease, stop)
                continue
            self._slots.release()
            if not outages:
                self._wake.wait(self._poll)
                self._wake.clear()

    def _forget(self) -> None:
        """Delete what was kept for a short while only; several workers doing it find less to do."""
        now = self._house.clock.now()
        if self._forgot_at is not None and 0 <= now - self._forgot_at < forgetting.EVERY:
            return
        # Noted first: a failure must not keep the actions waiting round after round.
        self._forgot_at = now
        forgetting.forget(self._house)

    # ----------------------------------------------------------------------------------------------------- claiming

    def _claim_next(self) -> Lease | None:
        now = self._house.clock.now()
        networks = list(self._factories)
        found = claim.find_work(self._house.database, networks, now, self._untouchable(now))
        if found is None:
            found = self._next_of_round(now)
        if found is None:
            return None
        with self._house.database.write() as session:
            claimed = claim.claim(session, found, networks, now, self._lease_seconds)
            if claimed is None:
                return None
            lease, entries = claimed
            append(session, self._house.journal_key, entries, now)
        if entries:
            _log.warning("actions_taken_back", connection=lease.connection_id, actions=len(entries))
        with self._lock:
            self._serving[lease.connection_id] = lease
        return lease

    def _untouchable(self, now: int) -> list[int]:
        with self._lock:
            # What lies further ahead than any pause was written before the clock was set back.
            resting = (one for one, (_, until) in self._broken.items() if 0 < until - now <= CAP)
            return [*self._serving, *resting]

    def _next_of_round(self, now: int) -> int | None:
        """The next connection with a page whose managers are to be read; one round a minute looks at each once."""
        if self._cursor is None:
            if 0 <= now - self._round_at < MANAGERS_ROUND:
                return None
            self._round_at, self._cursor = now, 0
        untouchable = set(self._untouchable(now))
        with self._house.database.read() as session:
            found = outbox.free_connections_with_old_managers(
                session,
                list(self._factories),
                now,
                read_before=now - USUAL,
                after_id=self._cursor,
                limit=len(untouchable) + 1,
            )
        self._cursor = next((one for one in found if one not in untouchable), None)
        return self._cursor

    # ------------------------------------------------------------------------------------------------------ serving

    def _serve(self, lease: Lease, stop: threading.Event) -> None:
        connection = lease.connection_id
        try:
            self._work_off(lease, stop)
            with self._lock:
                self._broken.pop(connection, None)
        except Exception as error:  # noqa: BLE001 - one connection's trouble must not stop the others
            self._leave_alone(connection, error)
        finally:
            self._give_back(lease)
            with self._lock:
                del self._serving[connection]
            self._slots.release()
            self._wake.set()

    def _work_off(self, lease: Lease, stop: threading.Event) -> None:
        client = self._client(lease)

        def before_ban(page_id: int) -> None:
            self._managers.refresh(lease, client, page_id=page_id, limit=BEFORE_BAN)

        executor = Executor(self._house, lease, client, stop=stop, before_ban=before_ban)
        for _ in range(TURN):
            if stop.is_set() or lease.lost.is_set():
                break
            step = executor.step()
            if step in {Step.IDLE, Step.LOST}:
                break
        if lease.lost.is_set():
            alert("lease_lost", connection=lease.connection_id)
        elif not stop.is_set():
            self._managers.refresh(lease, client)

    def _leave_alone(self, connection: int, error: Exception) -> None:
        with self._lock:
            times = self._broken.get(connection, (0, 0))[0] + 1
            self._broken[connection] = times, self._house.clock.now() + delay(times, lambda: 1.0)
        _complain(error, times, connection=connection)

    def _give_back(self, lease: Lease) -> None:
        try:
            claim.release(self._house.database, lease)
        except SQLAlchemyError as error:
            # It ends by itself.
            _log.warning("lease_not_given_back", connection=lease.connection_id, error=type(error).__name__)

    def _beat(self, served: threading.Event) -> None:
        """Renew the leases in use, so that a slow network does not cost them."""
        while not served.wait(self._lease_seconds / 4):
            with self._lock:
                leases = list(self._serving.values())
            for lease in leases:
                try:
                    claim.renew(self._house.database, lease)
                except SQLAlchemyError as error:
                    _log.warning("lease_not_renewed", connection=lease.connection_id, error=type(error).__name__)

    # ------------------------------------------------------------------------------------------------------ clients

    def _client(self, lease: Lease) -> NetworkClient:
        """The connection's client, kept between turns; those that rested longest are closed when there are many."""
        with self._lock:
            client = self._clients.pop(lease.connection_id, None) or self._factories[lease.network]()
            self._clients[lease.connection_id] = client
            spare = len(self._clients) - OPEN_CLIENTS
            idle = [one for one in self._clients if one not in self._serving][: max(0, spare)]
            closing = [self._clients.pop(one) for one in idle]
        for one in closing:
            one.close()
        return client

    def _close_clients(self) -> None:
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()


def _complain(error: Exception, times: int, **about: object) -> None:
    """A database that does not answer is somebody else's trouble; anything else is a fault of ours, told in full."""
    if not is_worth_telling(times):
        return
    if isinstance(error, SQLAlchemyError):
        # Its message may hold values of the statement.
        _log.warning("database_does_not_answer", error=type(error).__name__, times=times, **about)
    else:
        _log.error("worker_broke", times=times, exc_info=error, **about)
