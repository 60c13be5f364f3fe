"""A way to the database that answers as a state of a screen needs it: not at all, a failure, or
with nothing in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import singledispatch
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from kpix_tui.domains.kpis.views import Status
from kpix_tui.domains.notifications.views import Unread
from kpix_tui.domains.overview.views import (
    DashboardRow,
    Figures,
    KpiDetail,
    Overview,
    StatusCounts,
)
from kpix_tui.domains.plans.views import Board
from kpix_tui.domains.search.views import Found
from kpix_tui.kernel.errors import Unavailable
from kpix_tui.kernel.paging import Page
from kpix_tui.tui.app import KpixApp
from kpix_tui.tui.bridge import Bridge

P = ParamSpec("P")
Result = TypeVar("Result")

WHY: Final = "connection refused"
"""What is said of a database that cannot be reached."""


class State(StrEnum):
    """The four states of a screen that reads."""

    FULL = "full"
    EMPTY = "empty"
    LOADING = "loading"
    ERROR = "error"


class Answers(Bridge):
    """Reads are answered as ``state`` says; to begin with, as they are."""

    state = State.FULL

    async def read(
        self,
        use_case: Callable[Concatenate[Any, P], Result],
        *args: P.args,
        **options: P.kwargs,
    ) -> Result:
        """Wait for ever, fail, or answer."""
        if self.state is State.LOADING:
            await asyncio.Event().wait()
        if self.state is State.ERROR:
            self._health(False)
            raise Unavailable(reason=WHY)
        answer = await super().read(use_case, *args, **options)
        return emptied(answer) if self.state is State.EMPTY else answer


class StatefulApp(KpixApp):
    """The interface on :class:`Answers`."""

    def new_bridge(self) -> Answers:
        """A way that can be told how to answer."""
        return Answers(self.context, self.health, self._whose)

    def answer(self, state: State) -> None:
        """Answer so from here on."""
        assert isinstance(self.bridge, Answers)
        self.bridge.state = state


@singledispatch
def emptied(answer: Any) -> Any:
    """The same answer of an organisation that has only just begun. One thing stays as it is."""
    return answer


@emptied.register
def _(_page: Page) -> Page[Any]:  # type: ignore[type-arg] # of anything
    return Page((), 0)


@emptied.register
def _(board: Board) -> Board:
    return Board(tuple(replace(column, total=0, rows=()) for column in board.columns))


@emptied.register
def _(found: Overview) -> Overview:
    return Overview(found.day, Figures(), Page((), 0), (), (), ())


@emptied.register
def _(row: DashboardRow) -> DashboardRow:
    return replace(row, statuses=StatusCounts())


@emptied.register
def _(detail: KpiDetail) -> KpiDetail:
    row = replace(
        detail.row,
        status=Status.NO_DATA,
        critical=False,
        value=None,
        period_start=None,
        period_end=None,
        previous=None,
        distance=None,
        spark=(),
    )
    return replace(detail, row=row)


@emptied.register
def _(found: Found) -> Found:
    return replace(found, page=Page((), 0))


@emptied.register
def _(_unread: Unread) -> Unread:
    return Unread()
