"""Ways into, through and out of the interface that few people take."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from kpix_tui.app import context as contexts
from kpix_tui.app import demo
from kpix_tui.app.context import Context
from kpix_tui.app.demo import DemoProgress, DemoStep
from kpix_tui.db.session_errors import SessionEnded
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.tui import app as interface_module
from kpix_tui.tui.app import KpixApp, run_interface
from kpix_tui.tui.bridge import Bridge
from kpix_tui.tui.first_run.screen import FirstRunScreen
from kpix_tui.tui.overview.screen import OverviewScreen
from kpix_tui.tui.start import screen as start
from kpix_tui.tui.start.demo import DemoScreen
from tests.tui.pilots import interface, notices, on, press, seen, sees, until
from tests.tui.support import FakeContext

AsPerson = Callable[[str | None], Context]


@pytest.fixture
def nobody_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that nobody uses."""
    monkeypatch.setattr(start, "resume", lambda _context: None)
    monkeypatch.setattr(start, "first_run", lambda _context: True)


@pytest.mark.usefixtures("nobody_yet")
async def test_the_demonstration_shows_how_far_it_is_and_opens(
    tmp_path: Path, as_person: AsPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def build(_context: Context, *, progress: Callable[[DemoProgress], None]) -> None:
        progress(DemoProgress(DemoStep.FIGURES, 50, 100))
        assert goes_on.wait(30)

    monkeypatch.setattr(demo, "build_demo", build)
    monkeypatch.setattr(contexts, "open_context", lambda _settings: as_person("acme/admin"))
    app = interface(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, FirstRunScreen)
        monkeypatch.undo()
        monkeypatch.setattr(demo, "build_demo", build)
        monkeypatch.setattr(contexts, "open_context", lambda _settings: as_person("acme/admin"))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DemoScreen))
        await sees(pilot, "Loading the figures", "━" * 16 + "┈" * 16, "50 of 100, ")
        goes_on.set()
        await on(pilot, OverviewScreen)
        assert "Acme › Overview" in seen(pilot)


@pytest.mark.usefixtures("nobody_yet")
async def test_only_an_operator_makes_the_first_organisation(tmp_path: Path) -> None:
    app = interface(tmp_path, database_url="postgresql://kpix@db.example/kpix")
    app.context.embedded = False  # type: ignore[misc]
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on(pilot, FirstRunScreen)
        await press(pilot, "enter")
        assert isinstance(app.screen, FirstRunScreen)
        assert "kpix init" in notices(pilot)[-1]


def test_a_context_that_the_interface_opened_is_closed_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    class Watched(FakeContext):
        def close(self) -> None:
            closed.append(self.settings.home.name)

    def run(app: KpixApp) -> None:
        app.context = cast("Any", Watched(tmp_path / "demonstration"))

    monkeypatch.setattr(interface_module.KpixApp, "run", run)
    assert run_interface(cast("Any", Watched(tmp_path / "given"))) == 0
    assert closed == ["demonstration"]


# -- a bridge that is left -----------------------------------------------------------------------


async def test_what_fails_after_nobody_waits_is_no_defect(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begun, cancelled = threading.Event(), threading.Event()
    ended = threading.Event()

    bridge = Bridge(cast("Any", FakeContext(tmp_path)))

    def use_case(_uow: object) -> None:
        begun.set()
        assert cancelled.wait(10)
        ended.set()
        raise RuntimeError("the connection was cut")

    task = asyncio.create_task(bridge.read(use_case))
    assert await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    cancelled.set()
    assert await asyncio.to_thread(ended.wait, 10)
    assert await bridge.read(lambda _uow: "still there") == "still there"
    bridge.close()
    assert "the connection was cut" not in caplog.text


async def test_a_cancellation_never_hits_the_next_user_of_the_connection(tmp_path: Path) -> None:
    begun, cancelling, goes_on = threading.Event(), threading.Event(), threading.Event()
    context = FakeContext(tmp_path)
    bridge = Bridge(cast("Any", context))
    order: list[str] = []

    def use_case(uow: Any) -> None:
        def cancel() -> None:
            cancelling.set()
            goes_on.wait(10)
            order.append("cancelled")

        uow.cancel = cancel
        begun.set()
        assert cancelling.wait(10)

    async def next_one() -> None:
        for _reader in range(Bridge.READERS):
            await bridge.read(lambda _uow: None)
        order.append("the other reader answers")
        goes_on.set()

    task = asyncio.create_task(bridge.read(use_case))
    assert await asyncio.to_thread(begun.wait, 10)
    job = next(iter(bridge._pending.values()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(cancelling.wait, 10)
    assert job.unit is not None
    await next_one()
    await asyncio.to_thread(job.leave)
    assert order == ["the other reader answers", "cancelled"]
    assert job.unit is None
    job.cancel()
    bridge.close()
    assert order == ["the other reader answers", "cancelled"]


async def test_a_cancellation_that_fails_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bridge = Bridge(cast("Any", FakeContext(tmp_path)))
    begun, tried = threading.Event(), threading.Event()

    def use_case(uow: Any) -> None:
        def deaf() -> None:
            tried.set()
            raise Unavailable(reason="gone")

        uow.cancel = deaf
        begun.set()
        assert tried.wait(10)

    with caplog.at_level("INFO", logger="kpix.tui"):
        task = asyncio.create_task(bridge.read(use_case))
        assert await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _attempt in range(1000):
            if "could not be cancelled" in caplog.text:
                break
            await asyncio.sleep(0.01)
    bridge.close()
    assert "could not be cancelled" in caplog.text


async def test_a_unit_that_was_refused_as_it_opened_cannot_be_cancelled_later() -> None:
    """Its connection is somebody else's by then."""
    jobs: list[Any] = []

    class Refusing:
        @contextmanager
        def unit_of_work(self, *, on_open: Any) -> Iterator[Any]:
            jobs.append(on_open.__self__)
            on_open(object())
            raise SessionEnded
            yield

    bridge = Bridge(cast("Any", Refusing()))
    with pytest.raises(SessionEnded):
        await bridge.read(lambda _uow: None)
    bridge.close()
    assert [job.unit for job in jobs] == [None]
