"""The thread bridge: nothing waits on the event loop, nothing comes late, nothing is swallowed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kpix_tui.kernel.errors import NotFound, Unavailable
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.errors import Unexpected
from tests.tui.support import FakeContext, FakeUnit

WAIT = 10


@pytest.fixture
def context(tmp_path: Path) -> FakeContext:
    return FakeContext(tmp_path)


@pytest.fixture
def bridge(context: FakeContext) -> Iterator[Bridge]:
    made = Bridge(context)
    yield made
    made.close()


async def until(condition: threading.Event) -> None:
    """Wait for something that a thread does."""
    assert await asyncio.to_thread(condition.wait, WAIT)


async def test_a_use_case_runs_in_a_unit_of_work_outside_the_loop(bridge: Bridge) -> None:
    def use_case(uow: FakeUnit, number: int, *, twice: bool) -> tuple[int, str]:
        assert isinstance(uow, FakeUnit)
        return number * (2 if twice else 1), threading.current_thread().name

    result, thread = await bridge.read(use_case, 4, twice=True)
    assert result == 8
    assert thread.startswith("kpix-bridge")


async def test_refusals_come_back_as_they_are(bridge: Bridge) -> None:
    def refuse(_uow: FakeUnit) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        await bridge.read(refuse)
    with pytest.raises(NotFound):
        await bridge.write(refuse)


async def test_a_defect_is_logged_under_the_id_that_is_shown(
    bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_uow: FakeUnit) -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR), pytest.raises(Unexpected) as caught:
        await bridge.read(fail)
    correlation = caught.value.params["correlation"]
    assert correlation in str(caught.value)
    (record,) = caplog.records
    assert correlation in record.getMessage()
    assert record.exc_info is not None


async def test_cancelling_a_read_cancels_it_on_the_server_and_drops_the_late_answer(
    bridge: Bridge, context: FakeContext
) -> None:
    running, finish, answered = threading.Event(), threading.Event(), threading.Event()

    def slow(_uow: FakeUnit) -> str:
        running.set()
        finish.wait(WAIT)
        answered.set()
        return "late"

    task = asyncio.create_task(bridge.read(slow))
    await until(running)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(context.units[0].cancelled)
    assert bridge.busy == 0
    finish.set()
    await until(answered)
    assert await bridge.read(lambda _uow: "next") == "next"


async def test_a_read_that_was_cancelled_before_it_began_never_runs(bridge: Bridge) -> None:
    finish = threading.Event()
    ran: list[int] = []

    def stuck(_uow: FakeUnit) -> None:
        finish.wait(WAIT)

    stuck_reads = [asyncio.create_task(bridge.read(stuck)) for _ in range(Bridge.READERS)]
    waiting = asyncio.create_task(bridge.read(lambda _uow: ran.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    finish.set()
    await asyncio.gather(*stuck_reads)
    await bridge.read(lambda _uow: None)
    assert ran == []


async def test_a_write_goes_on_when_nobody_waits_any_more(bridge: Bridge) -> None:
    running, finish, written = threading.Event(), threading.Event(), threading.Event()

    def write(_uow: FakeUnit) -> None:
        running.set()
        finish.wait(WAIT)
        written.set()

    task = asyncio.create_task(bridge.write(write))
    await until(running)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    finish.set()
    await until(written)


async def test_a_write_does_not_wait_for_stuck_reads(bridge: Bridge) -> None:
    finish = threading.Event()

    def stuck(_uow: FakeUnit) -> None:
        finish.wait(WAIT)

    reads = [asyncio.create_task(bridge.read(stuck)) for _ in range(4)]
    assert await asyncio.wait_for(bridge.write(lambda _uow: "written"), WAIT) == "written"
    finish.set()
    await asyncio.gather(*reads)


async def test_three_threads_at_most(bridge: Bridge) -> None:
    names = set()

    def name(_uow: FakeUnit) -> None:
        names.add(threading.current_thread().name)

    await asyncio.gather(*(bridge.read(name) for _ in range(30)), bridge.write(name))
    assert len(names) <= 3
    assert Bridge.READERS + Bridge.WRITERS == 3


async def stuck_readers(bridge: Bridge, finish: threading.Event) -> list[asyncio.Task[None]]:
    """Both readers are busy until ``finish``: what is asked for now waits."""
    running = threading.Semaphore(0)

    def stuck(_uow: FakeUnit) -> None:
        running.release()
        finish.wait(WAIT)

    tasks = [asyncio.create_task(bridge.read(stuck)) for _ in range(Bridge.READERS)]
    for _task in tasks:
        assert await asyncio.to_thread(running.acquire, timeout=WAIT)
    return tasks


async def test_what_waits_is_read_in_the_same_transaction_and_answered_at_once(
    bridge: Bridge, context: FakeContext
) -> None:
    finish = threading.Event()
    begun = await stuck_readers(bridge, finish)
    waiting = [asyncio.create_task(bridge.read(id)) for _ in range(2)]
    await asyncio.sleep(0)
    finish.set()
    units = await asyncio.gather(*waiting)
    await asyncio.gather(*begun)
    assert set(units) <= {id(unit) for unit in context.units}
    assert len(context.units) == Bridge.READERS


async def test_no_transaction_goes_on_for_ever(bridge: Bridge, context: FakeContext) -> None:
    finish = threading.Event()
    begun = await stuck_readers(bridge, finish)
    waiting = [asyncio.create_task(bridge.read(id)) for _ in range(5 * Bridge.TOGETHER)]
    await asyncio.sleep(0)
    finish.set()
    units = await asyncio.gather(*begun, *waiting)
    assert max(units.count(unit) for unit in units if unit) <= Bridge.TOGETHER
    assert len(context.units) > Bridge.READERS


async def test_a_refusal_is_of_the_read_that_it_refuses(bridge: Bridge) -> None:
    def refuse(_uow: FakeUnit) -> None:
        raise NotFound

    finish = threading.Event()
    begun = await stuck_readers(bridge, finish)
    waiting = [asyncio.create_task(bridge.read(refuse if n == 1 else id)) for n in range(4)]
    await asyncio.sleep(0)
    finish.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.gather(*begun)
    assert [isinstance(answer, NotFound) for answer in answers] == [False, True, False, False]
    assert all(isinstance(answer, int | NotFound) for answer in answers)


async def test_a_transaction_that_ends_badly_takes_back_no_answer(
    bridge: Bridge, context: FakeContext, caplog: pytest.LogCaptureFixture
) -> None:
    opened = context.unit_of_work

    @contextmanager
    def ends_badly(*args: Any, **options: Any) -> Iterator[FakeUnit]:
        with opened(*args, **options) as unit:
            yield unit
        raise Unavailable

    context.unit_of_work = ends_badly  # type: ignore[method-assign]
    with caplog.at_level(logging.INFO, "kpix.tui"):
        assert await bridge.read(lambda _uow: "read") == "read"
        with pytest.raises(Unavailable):
            await bridge.write(lambda _uow: "not written")
        # The end comes after the answer.
        for _attempt in range(100 * WAIT):
            if caplog.text:
                break
            await asyncio.sleep(0.01)
    assert "had no proper end: Unavailable" in caplog.text


async def test_closing_waits_for_nobody(context: FakeContext) -> None:
    bridge = Bridge(context)
    running, finish = threading.Event(), threading.Event()

    def stuck(_uow: FakeUnit) -> None:
        running.set()
        finish.wait(WAIT)

    task = asyncio.create_task(bridge.read(stuck))
    await until(running)
    began = time.monotonic()
    bridge.close()
    assert time.monotonic() - began < 0.5
    await until(context.units[0].cancelled)
    with pytest.raises(asyncio.CancelledError):
        await bridge.read(stuck)
    task.cancel()
    finish.set()
