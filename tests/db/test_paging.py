"""One page of a SELECT: whole, in one order, counted; sorted and searched as people expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import column, select, values
from sqlalchemy import types as t

from kpix_tui.app.context import Context
from kpix_tui.db.paging import SortUnknown, fetch_page
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.kernel.paging import Page, PageRequest

NAMES = ["Été", "hiver", "printemps", "ÉTÉ indien", "100%", "a_b", None]
SEASONS = values(column("id", t.Integer), column("name", t.Text), name="season").data(
    list(enumerate(NAMES))
)


@pytest.fixture
def uow(context: Context) -> Iterator[UnitOfWork]:
    with context.unit_of_work() as opened:
        yield opened


def page(uow: UnitOfWork, **request: Any) -> Page[Any]:
    return fetch_page(
        uow,
        select(SEASONS.c.id, SEASONS.c.name),
        PageRequest(**request),
        sorts={"name": SEASONS.c.name, "id": SEASONS.c.id},
        default="-id",
        tie=SEASONS.c.id,
        searched=(SEASONS.c.name,),
    )


def ids(found: Page[Any]) -> list[int]:
    return [row.id for row in found.rows]


def test_the_default_order_and_the_count(uow: UnitOfWork) -> None:
    found = page(uow, limit=3)
    assert (ids(found), found.total, found.has_next) == ([6, 5, 4], 7, True)
    last = page(uow, limit=3, offset=6)
    assert (ids(last), last.total, last.has_next) == ([0], 7, False)


def test_past_the_end_the_count_is_still_told(uow: UnitOfWork) -> None:
    found = page(uow, offset=100)
    assert (found.rows, found.total, found.offset) == ((), 7, 100)


def test_an_empty_list(uow: UnitOfWork) -> None:
    assert page(uow, text="nothing like it") == Page((), 0, 0)
    assert page(uow, text="nothing like it", offset=5) == Page((), 0, 5)


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_what_is_missing_comes_last_either_way(uow: UnitOfWork, sort: str) -> None:
    assert ids(page(uow, sort=sort))[-1] == 6


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ete", {0, 3}),
        ("ÉTÉ", {0, 3}),
        ("INDIEN", {3}),
        ("%", {4}),
        ("_", {5}),
        ("", set(range(7))),
        ("'; drop table kpix.kpi; --", set()),
    ],
)
def test_search_whatever_the_case_and_the_accents(
    uow: UnitOfWork, text: str, found: set[int]
) -> None:
    assert set(ids(page(uow, text=text))) == found


def test_a_list_that_is_not_searched_keeps_every_row(uow: UnitOfWork) -> None:
    found = fetch_page(
        uow,
        select(SEASONS.c.id),
        PageRequest(text="ete"),
        sorts={"id": SEASONS.c.id},
        default="id",
        tie=SEASONS.c.id,
    )
    assert found.total == 7


@pytest.mark.parametrize("sort", ["colour", "-colour", "name; drop table kpix.kpi", "--name"])
def test_a_sort_that_the_list_does_not_offer(uow: UnitOfWork, sort: str) -> None:
    with pytest.raises(SortUnknown) as caught:
        page(uow, sort=sort)
    assert caught.value.params["sorts"] == "name, id"
    assert caught.value.fields == ("sort",)


def test_pages_hold_every_row_once(uow: UnitOfWork) -> None:
    seen = [
        one
        for offset in range(0, 8, 2)
        for one in ids(page(uow, sort="name", offset=offset, limit=2))
    ]
    assert sorted(seen) == list(range(7))
