"""Identifiers, pages, clocks and correlation: pure things that everything stands on."""

from __future__ import annotations

import time
from contextvars import copy_context
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kpix_tui.kernel.clock import FixedClock, SystemClock, today
from kpix_tui.kernel.correlation import correlation_id, new_correlation_id
from kpix_tui.kernel.errors import ExitCode, KpixError, NotFound, TimedOut, Unavailable
from kpix_tui.kernel.ids import as_id, new_id
from kpix_tui.kernel.paging import FIRST_PAGE, PAGE_SIZE, Page, PageRequest


def test_ids_are_of_version_7_and_sort_by_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000
    time.sleep(0.002)
    assert new_id() > made
    assert len({new_id() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (str(UUID(int=7)), UUID(int=7)),
        (f" {UUID(int=7)} ", UUID(int=7)),
        (str(UUID(int=10)).upper(), UUID(int=10)),
        (UUID(int=7).hex, None),
        (f"{{{UUID(int=7)}}}", None),
        ("", None),
        ("x" * 36, None),
        ("TER", None),
    ],
)
def test_only_an_id_written_in_full_is_one(text: str, found: UUID | None) -> None:
    assert as_id(text) == found


def test_what_a_page_request_sorts_by() -> None:
    assert (FIRST_PAGE.column, FIRST_PAGE.descending, FIRST_PAGE.limit) == (None, False, PAGE_SIZE)
    assert (PageRequest(sort="name").column, PageRequest(sort="name").descending) == ("name", False)
    assert PageRequest(sort="-name").column == "name"
    assert PageRequest(sort="-name").descending is True


def test_pages() -> None:
    page = Page((1, 2), total=5, offset=2)
    assert page.has_next
    assert not Page((5,), total=5, offset=4).has_next
    assert page.map(str) == Page(("1", "2"), 5, 2)


def test_clocks() -> None:
    assert SystemClock().now().tzinfo is UTC
    noon = FixedClock(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert noon.now() == noon.instant
    assert today(noon, "UTC") == date(2026, 12, 31)
    assert today(noon, "Europe/Paris") == date(2027, 1, 1)


def test_one_correlation_id_for_each_command() -> None:
    def command() -> tuple[str, str, str]:
        return correlation_id(), correlation_id(), new_correlation_id()

    first, again, other = copy_context().run(command)
    assert first == again != other
    assert len(first) == 8


def test_an_error_is_filled_in_when_it_is_shown() -> None:
    error = Unavailable(reason="gone", fields=("host",))
    assert str(error) == "The database cannot be reached: gone"
    assert (error.fields, error.params) == (("host",), {"reason": "gone"})
    assert (KpixError.exit_code, TimedOut.exit_code) == (ExitCode.REFUSED, ExitCode.TIMED_OUT)
    assert str(NotFound()) == "Not found."
