"""Several SELECTs in one round trip."""

from __future__ import annotations

from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Select

from kpix_tui.db.uow import UnitOfWork


def fetch_together(uow: UnitOfWork, *statements: Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """The rows of each statement, with their columns as attributes; sent in one pipeline.

    Values come as the driver reads them, without the types of SQLAlchemy: statuses are text.
    """
    dialect = uow.session.get_bind().dialect
    with uow.driver.pipeline():
        cursors = []
        for statement in statements:
            compiled = statement.compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
            cursor = uow.driver.cursor(row_factory=namedtuple_row)
            cursors.append(cursor.execute(str(compiled).encode(), compiled.params))
    return [cursor.fetchall() for cursor in cursors]
