"""What services send to the database, how PostgreSQL would run it, and what it called meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from kpix_tui.app.context import Context
from kpix_tui.db.uow import UnitOfWork

_OURS = re.compile(r"\b(?:auth|private)\.\w+\(")
_HASHED = re.compile(r"hashed (SubPlan \d+)")
_CONSTANT_CALL = re.compile(r"^(?:auth|private)\.\w+\((?:'[^']*'::text)?\)$")
_CALLS = "select schemaname || '.' || funcname, calls from pg_stat_xact_user_functions"


@dataclass(frozen=True)
class Statement:
    """A statement and its parameters, as the driver got them."""

    text: str
    parameters: Any = None


def recorded(
    context: Context, use_case: Callable[..., Any], *args: Any, **options: Any
) -> list[Statement]:
    """Run a use case and say what it sent, ``auth.begin`` left out."""
    found: list[Statement] = []

    class Recording(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else str(query)
            found.append(Statement(text, params))
            return super().execute(query, params, **how)

    def run(uow: UnitOfWork) -> None:
        usual = uow.driver.cursor_factory
        uow.driver.cursor_factory = Recording
        try:
            use_case(uow, *args, **options)
        finally:
            uow.driver.cursor_factory = usual

    context.run(run)
    return found


def plan_of(connection: psycopg.Connection[Any], statement: Statement) -> dict[str, Any]:
    """The root of the plan, for whoever the transaction acts as."""
    explained = connection.execute(
        f"explain (costs off, format json) {statement.text}".encode(),
        statement.parameters,
        prepare=False,
    ).fetchone()
    assert explained is not None
    plan: dict[str, Any] = explained[0][0]["Plan"]
    return plan


def called_per_row(plan: dict[str, Any]) -> list[str]:
    """Where a plan calls a function of ours once a row, as text.

    An InitPlan, a CTE and a hashed SubPlan are run once, and so is the scan of a function whose
    arguments are constants; a SubPlan that is not hashed is run once a row, with its conditions.
    """
    return list(_per_row(plan))


def _per_row(node: dict[str, Any]) -> Iterator[str]:
    texts = list(_texts(node))
    for key, text in texts:
        constant = key == "Function Call" and _CONSTANT_CALL.match(text)
        if _OURS.search(text) and not constant:
            yield f"{node['Node Type']}, {key}: {text}"
    hashed = {name for _key, text in texts for name in _HASHED.findall(text)}
    for child in node.get("Plans", ()):
        name = child.get("Subplan Name", "")
        if name.startswith(("InitPlan", "CTE")) or name in hashed:
            continue
        if name and child["Node Type"] == "ProjectSet":
            yield f"{node['Node Type']}: {name} is not hashed"
        yield from _per_row(child)


def _texts(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str):
                yield key, text


def calls(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How often each function was called in this transaction, where ``track_functions`` is on."""
    return dict(connection.execute(_CALLS.encode()).fetchall())
