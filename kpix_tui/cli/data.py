"""JSON and CSV for programs: exact numbers, ISO dates, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

Record = Mapping[str, Any]

_CONTROLS = re.compile("[\x7f-\x9f]")
"""JSON lets them stand as they are; a terminal may take U+009B for the beginning of a command."""


def to_json(value: Any, *, ascii_only: bool = False, depth: int = 0) -> str:
    """``value`` as JSON. A Decimal becomes a number with all of its digits, never through float."""
    match value:
        case Mapping():
            pairs = (
                f"{json.dumps(str(key), ensure_ascii=ascii_only)}: "
                + to_json(one, ascii_only=ascii_only, depth=depth + 1)
                for key, one in value.items()
            )
            return _enclosed("{", pairs, "}", depth)
        case str() | UUID() | Path() | date() | Enum():
            return _CONTROLS.sub(
                lambda found: f"\\u{ord(found[0]):04x}",
                json.dumps(_text(value), ensure_ascii=ascii_only),
            )
        case None | bool() | int():
            return json.dumps(value)
        case Decimal():
            return _number(value)
        case Sequence() | set() | frozenset():
            items = (to_json(one, ascii_only=ascii_only, depth=depth + 1) for one in value)
            return _enclosed("[", items, "]", depth)
    raise TypeError(type(value).__name__)


def _enclosed(opening: str, items: Iterable[str], closing: str, depth: int) -> str:
    inside = ",\n".join("  " * (depth + 1) + item for item in items)
    return f"{opening}\n{inside}\n{'  ' * depth}{closing}" if inside else opening + closing


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} has no form in JSON")
    return format(value, "f")


def _text(value: Any) -> str:
    """Instants in UTC; an enumeration is its value."""
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def to_csv(fields: Sequence[str], records: Iterable[Record]) -> str:
    """A header and one line a record. Lists are joined with ``;``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows([_cell(record[name]) for name in fields] for record in records)
    return out.getvalue()


def _cell(value: Any) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe; numbers never do."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return _number(value)
        case int():
            return str(value)
        case list() | tuple():
            return _harmless("; ".join(_text(one) for one in value))
        case _:
            return _harmless(_text(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
