"""Database work for the interface: in threads, cancellable on the server, never late.

The event loop only awaits. Reads have two threads and writes one, so a write never waits for a
stuck read and one terminal needs at most three database connections. The threads are daemons:
quitting does not wait for them.

What a read found is handed over before its transaction ends, and what else waits then is read in
the same one: over a slow line a screen costs the round trips of what it asks, and few besides.

While the terminal is locked the bridge is paused: what screens asked for is answered afterwards.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar
from uuid import UUID

from kpix_tui.app.telemetry import report
from kpix_tui.domains.accounts.errors import NotSignedIn, SessionEnded
from kpix_tui.kernel.correlation import correlation_id, new_correlation_id
from kpix_tui.kernel.errors import Cancelled, KpixError, TimedOut, Unavailable
from kpix_tui.tui.errors import Unexpected
from kpix_tui.tui.jobs import CancellableUnit, Job

_log: Final = logging.getLogger("kpix.tui")

P = ParamSpec("P")
Result = TypeVar("Result")


class Units(Protocol):
    """What the bridge needs of the application's context."""

    def unit_of_work(
        self, token: str | None = None, *, on_open: Callable[[Any], None] = ...
    ) -> AbstractContextManager[Any]:
        """One transaction; ``on_open`` hears of the unit as soon as it can be cancelled."""
        ...


_Outcome = tuple[Any, KpixError | None]


class Bridge:
    """Runs use cases for screens. Every error that comes back is a :class:`KpixError`.

    ``health`` hears after each answer whether the database could be reached. ``whose`` says whom
    the screens belong to, once they do: the session that is kept is shared with the commands of the
    system account, which may have signed in somebody else.
    """

    READERS: Final = 2
    WRITERS: Final = 1
    TOGETHER: Final = 4
    """Reads in one transaction: none stays open for long."""

    def __init__(
        self,
        context: Units,
        health: Callable[[bool], None] = lambda _answers: None,
        whose: Callable[[], UUID | None] = lambda: None,
    ) -> None:
        self._context = context
        self._whose = whose
        self._health = health
        self._reads: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._writes: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._pending: dict[int, Job] = {}
        self._last = 0
        self._closed = False
        self._paused = False
        self._waiting: list[Job] = []
        self._held: list[tuple[int, _Outcome]] = []

    @property
    def busy(self) -> int:
        """How many requests are waited for."""
        return len(self._pending)

    async def read(
        self,
        use_case: Callable[Concatenate[Any, P], Result],
        *args: P.args,
        **options: P.kwargs,
    ) -> Result:
        """Run a use case that only reads. Cancelling the awaiting task cancels it on the server.

        Raises:
            KpixError: what the use case refused, or :class:`Unexpected`.
        """
        job = self._submit(self._reads, lambda unit: use_case(unit, *args, **options), unit=True)
        try:
            result: Result = await job.future
        except asyncio.CancelledError:
            self._cancel(job)
            raise
        return result

    async def write(
        self,
        use_case: Callable[Concatenate[Any, P], Result],
        *args: P.args,
        **options: P.kwargs,
    ) -> Result:
        """Run a use case that writes. Once asked for it is done, whoever still waits.

        Raises:
            KpixError: what the use case refused, or :class:`Unexpected`.
        """
        job = self._submit(self._writes, lambda unit: use_case(unit, *args, **options), unit=True)
        result: Result = await asyncio.shield(job.future)
        return result

    async def call(
        self, function: Callable[P, Result], *args: P.args, **options: P.kwargs
    ) -> Result:
        """Run a function outside any unit of work: starting the database, hashing a password.

        Raises:
            KpixError: what the function refused, or :class:`Unexpected`.
        """
        job = self._submit(self._writes, lambda _nothing: function(*args, **options))
        result: Result = await asyncio.shield(job.future)
        return result

    async def aside(
        self, function: Callable[P, Result], *args: P.args, **options: P.kwargs
    ) -> Result:
        """Like :meth:`call`, also while the bridge is paused; after the writes before it.

        Raises:
            KpixError: what the function refused, or :class:`Unexpected`.
        """
        job = self._submit(self._writes, lambda _nothing: function(*args, **options), aside=True)
        result: Result = await asyncio.shield(job.future)
        return result

    def pause(self) -> None:
        """Begin nothing and answer nothing from here on, except what is asked for aside.

        Writes under way are finished, and their answers kept.
        """
        self._paused = True

    def resume(self) -> None:
        """Go on. A unit of work that the locked session was refused is begun again."""
        self._paused = False
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            job.lane.put(job)
        held, self._held = self._held, []
        for number, outcome in held:
            refused = self._pending.get(number)
            if refused and refused.unit_of_work and isinstance(outcome[1], NotSignedIn):
                refused.lane.put(refused)
            else:
                self._deliver(number, outcome)

    def close(self) -> None:
        """Stop taking work and cancel the reads under way; waits for nobody.

        A write that was asked for goes on: its thread lives until the process ends.
        """
        self._closed = True
        for job in tuple(self._pending.values()):
            if not job.writes:
                self._cancel(job)
        for _thread in self._threads:
            self._reads.put(None)
            self._writes.put(None)

    def _require_same_person(self, unit: Any) -> None:
        """Nothing is read or done for one person on the screens of another."""
        owner = self._whose()
        if owner is not None and unit.principal.user_id != owner:
            raise SessionEnded

    def _submit(
        self,
        lane: queue.SimpleQueue[Job | None],
        work: Callable[[Any], Any],
        *,
        unit: bool = False,
        aside: bool = False,
    ) -> Job:
        if self._closed:
            raise asyncio.CancelledError
        self._start_threads()
        loop = asyncio.get_running_loop()
        self._last += 1
        job = Job(
            self._last,
            work,
            loop.create_future(),
            loop,
            contextvars.copy_context(),
            lane,
            writes=lane is self._writes,
            unit_of_work=unit,
            aside=aside,
        )
        job.future.add_done_callback(_retrieve)
        self._pending[job.number] = job
        if self._paused and not aside:
            self._waiting.append(job)
        else:
            lane.put(job)
        return job

    def _start_threads(self) -> None:
        if self._threads:
            return
        lanes = [self._reads] * self.READERS + [self._writes] * self.WRITERS
        for index, lane in enumerate(lanes):
            thread = threading.Thread(
                target=self._serve, args=(lane,), name=f"kpix-bridge-{index}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, lane: queue.SimpleQueue[Job | None]) -> None:
        while (job := lane.get()) is not None:
            if not job.dropped.is_set():
                do = self._do if job.writes else self._read_on
                job.context.copy().run(do, job)

    def _do(self, job: Job) -> None:
        """Do it, and say that it is done when its transaction has ended."""
        new_correlation_id()
        try:
            result = self._written(job) if job.unit_of_work else job.work(None)
        except Exception as error:  # noqa: BLE001 - the boundary of the thread: said on screen
            self._hand_over(job, _failed(job, error))
        else:
            self._hand_over(job, (result, None))

    def _written(self, job: Job) -> Any:
        try:
            with self._context.unit_of_work(on_open=job.track) as unit:
                try:
                    self._require_same_person(unit)
                    return job.work(unit)
                finally:
                    job.leave()  # while the connection is still this job's
        finally:
            job.leave()  # a unit that was refused as it opened, by the session or the server

    def _read_on(self, job: Job) -> None:
        """Read, and in the same transaction what waits then; each answer is handed over at once."""
        new_correlation_id()
        asked: Job | None = job
        try:
            with self._context.unit_of_work(on_open=job.track) as unit:
                self._require_same_person(unit)
                left = self.TOGETHER
                while asked is not None:
                    result = asked.context.run(_read, asked, unit)
                    self._hand_over(asked, (result, None))
                    left -= 1
                    asked = self._waiting_read(unit) if left else None
        except Exception as error:  # noqa: BLE001 - the boundary of the thread: said on screen
            if asked is None:
                _log.info("what was read had no proper end: %s", type(error).__name__)
                return
            asked.leave()
            self._hand_over(asked, _failed(asked, error))

    def _waiting_read(self, unit: CancellableUnit) -> Job | None:
        """The next question, if there is one, to be read in this unit."""
        while True:
            try:
                job = self._reads.get_nowait()
            except queue.Empty:
                return None
            if job is None:  # the end is for the thread to see
                self._reads.put(None)
                return None
            with suppress(Cancelled):
                job.track(unit)
                return job
            job.leave()

    def _hand_over(self, job: Job, outcome: _Outcome) -> None:
        if not job.loop.is_closed():
            job.loop.call_soon_threadsafe(self._deliver, job.number, outcome)

    def _deliver(self, number: int, outcome: _Outcome) -> None:
        """Hand an answer to whoever waits for this number; nobody does any more: drop it."""
        result, error = outcome
        self._health(not isinstance(error, Unavailable) or isinstance(error, TimedOut))
        asked = self._pending.get(number)
        if self._paused and asked is not None and not asked.aside:
            self._held.append((number, outcome))
            return
        job = self._pending.pop(number, None)
        if job is None or job.future.done():
            return
        if error is not None:
            job.future.set_exception(error)
        else:
            job.future.set_result(result)

    def _cancel(self, job: Job) -> None:
        self._pending.pop(job.number, None)
        job.dropped.set()
        if job.unit is not None:
            # Cancelling opens a connection of its own: not on the event loop.
            threading.Thread(target=_cancel_on_server, args=(job,), daemon=True).start()


def _read(job: Job, unit: CancellableUnit) -> Any:
    new_correlation_id()
    try:
        return job.work(unit)
    finally:
        job.leave()  # while the connection is still this job's


def _failed(job: Job, error: Exception) -> _Outcome:
    """What a refusal is answered with, and anything else; inside the handler of the error."""
    if isinstance(error, KpixError):
        return None, error
    if job.dropped.is_set():
        return None, None
    report(error)
    return None, unexpected()


def unexpected() -> Unexpected:
    """Log the exception being handled; the error to show carries the id it is logged under."""
    correlation = correlation_id()
    _log.exception("unexpected error %s", correlation)
    return Unexpected(correlation=correlation)


def _cancel_on_server(job: Job) -> None:
    try:
        job.cancel()
    except KpixError as error:
        _log.info("a request could not be cancelled on the server: %s", error.code)


def _retrieve(future: asyncio.Future[Any]) -> None:
    """A write whose screen has gone may still fail: that is read here, and in the log."""
    if not future.cancelled() and (error := future.exception()) is not None:
        _log.debug("request ended with %s", getattr(error, "code", type(error).__name__))
