"""Several SELECTs in one round trip, each compiled once for all the values it is asked with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from psycopg.rows import namedtuple_row
from sqlalchemy import BindParameter, Dialect, Select, TextClause, bindparam, make_url
from sqlalchemy.types import TypeEngine

from kpix_tui.db.uow import UnitOfWork

_DIALECT: Final[Dialect] = make_url("postgresql+psycopg://").get_dialect()()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A SELECT as the driver takes it, with the values that it holds itself.

    To put a large one together and to compile it takes longer than the server needs to answer:
    whoever sends it again and again keeps this, and names what differs (:func:`given`).
    """

    text: bytes
    values: Mapping[str, Any]


def given(name: str, of_type: type[TypeEngine[Any]]) -> BindParameter[Any]:
    """What is given each time that the statement is sent."""
    return bindparam(name, type_=of_type, required=False)


def compiled(statement: Select[*tuple[Any, ...]] | TextClause) -> Compiled:
    """The statement for PostgreSQL through psycopg; it holds no list of values."""
    found = statement.compile(dialect=_DIALECT)
    return Compiled(str(found).encode(), dict(found.params))


def fetch_together(
    uow: UnitOfWork, *statements: Compiled, values: Mapping[str, Any]
) -> list[list[Any]]:
    """The rows of each statement, with their columns as attributes; sent in one pipeline.

    ``values`` are those that any of them is given. What they answer comes as the driver reads
    them, without the types of SQLAlchemy: statuses are text.
    """
    with uow.driver.pipeline():
        cursors = [
            uow.driver.cursor(row_factory=namedtuple_row).execute(
                statement.text, {**statement.values, **values}
            )
            for statement in statements
        ]
    return [cursor.fetchall() for cursor in cursors]
