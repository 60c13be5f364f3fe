"""A page of a SELECT: filtered, sorted, cut and counted in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Row, Select, Text, bindparam, func, or_, select

from kpix_tui.db.uow import UnitOfWork
from kpix_tui.kernel.errors import InputInvalid, message
from kpix_tui.kernel.paging import Page, PageRequest

_OFFSET: Final = bindparam("page_offset", type_=Integer)
_LIMIT: Final = bindparam("page_limit", type_=Integer)
_TEXT: Final = bindparam("page_text", type_=Text)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class SortUnknown(InputInvalid):
    """The list cannot be sorted by this."""

    code = "paging.sort_unknown"
    message = message("This list cannot be sorted by {sort}. It can by: {sorts}")


@dataclass(frozen=True, slots=True)
class Paged:
    """A SELECT for any one page of itself, and one that counts; both may be kept and sent again."""

    rows: Select[*tuple[Any, ...]]
    count: Select[int]

    def fetch(
        self, uow: UnitOfWork, page: PageRequest, values: Mapping[str, Any] = _NOTHING
    ) -> Page[Row[Any]]:
        """One page; ``values`` are those of the parameters that the statement was made with."""
        given = {
            **values,
            "page_offset": page.offset,
            "page_limit": page.limit,
            "page_text": page.text,
        }
        rows = uow.session.execute(self.rows, given).all()
        if rows or not page.offset:
            return Page(tuple(rows), rows[0].of_all if rows else 0, page.offset)
        # Past the end, where no row tells the count.
        return Page((), uow.session.scalar(self.count, given) or 0, page.offset)


def paged(
    statement: Select[*tuple[Any, ...]],
    page: PageRequest,
    *,
    sorts: Mapping[str, Any],
    default: str,
    tie: Any,
    searched: tuple[Any, ...] = (),
    details: Callable[[Any], Select[*tuple[Any, ...]]] | None = None,
) -> Paged:
    """``statement`` for pages that are sorted like ``page``, and have a text where it has one.

    ``sorts`` maps the names that a person may sort by to an expression or several; ``tie`` makes
    the order total, so that no row is on two pages. ``details`` joins what the rows of the page
    need to what ``statement`` selected of them, a FROM element: counting does not wait for it.

    Raises:
        SortUnknown: ``page.sort`` is not one of them.
    """
    filtered = statement.where(contains(_TEXT, *searched)) if page.text and searched else statement
    counted = filtered.add_columns(func.count().over().label("of_all"))
    order = (*ordering(page, sorts, default), tie)
    rows = counted.order_by(*order).offset(_OFFSET).limit(_LIMIT)
    if details is not None:
        cut = rows.add_columns(func.row_number().over(order_by=order).label("place")).subquery()
        rows = details(cut).add_columns(cut.c.of_all).order_by(cut.c.place)
    return Paged(rows, select(func.count()).select_from(filtered.subquery()))


def fetch_page(
    uow: UnitOfWork, statement: Select[*tuple[Any, ...]], page: PageRequest, **options: Any
) -> Page[Row[Any]]:
    """Run ``statement`` for one page; the query that fetches it counts all rows as well.

    ``options`` are those of :func:`paged`.

    Raises:
        SortUnknown: ``page.sort`` is none that the list offers.
    """
    return paged(statement, page, **options).fetch(uow, page)


def ordering(page: PageRequest, sorts: Mapping[str, Any], default: str) -> tuple[Any, ...]:
    """The ORDER BY of a page, missing values last either way.

    Raises:
        SortUnknown: ``page.sort`` is not one of ``sorts``.
    """
    sort = page.sort or default
    name = sort.removeprefix("-")
    if name not in sorts:
        raise SortUnknown(sort=name, sorts=", ".join(sorts), fields=("sort",))
    found = sorts[name]
    expressions = found if isinstance(found, tuple) else (found,)
    return tuple(
        (each.desc() if sort.startswith("-") else each.asc()).nulls_last() for each in expressions
    )


def contains(text: Any, *columns: Any) -> ColumnElement[bool]:
    """Whether any of the columns contains ``text``, whatever the case and the accents."""
    return or_(*(func.strpos(folded(column), folded(text)) > 0 for column in columns))


_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"


def folded(value: Any) -> Any:
    """A text without case and accents. The unaccent extension is not everywhere, and ``lower``
    knows only ASCII in some locales, so the letters of Latin-1 are written out."""
    return func.lower(func.translate(value, _ACCENTED + _ACCENTED.upper(), _PLAIN + _PLAIN))
