"""What was measured, as a table for people and as JSON for comparing runs."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """One number. ``ratio`` is against ``base``, which was measured in the same run.

    ``limit`` bounds the ratio and ``most`` the number itself, where the design gives a bound; by
    ``more`` than the base a number may exceed the ratio, so that nothing is asked of the tiny ones.
    """

    name: str
    value: float
    unit: str
    base: float | None = None
    ratio: float | None = None
    limit: float | None = None
    most: float | None = None
    more: float | None = None

    @classmethod
    def of(
        cls,
        name: str,
        value: float,
        unit: str,
        base: float,
        *,
        limit: float | None = None,
        most: float | None = None,
        more: float | None = None,
    ) -> Measure:
        """A number and what it is against."""
        return cls(name, value, unit, base, value / base if base else None, limit, most, more)

    @property
    def within(self) -> bool | None:
        """Whether it keeps its bound; None where it has none."""
        if self.limit is not None and self.ratio is not None:
            little = self.more is not None and self.value - (self.base or 0) <= self.more
            return self.ratio <= self.limit or little
        return None if self.most is None else self.value <= self.most


def table(measures: Sequence[Measure]) -> str:
    """One line a measure."""
    lines = [f"{'':52}{'measured':>14}{'ratio':>9}  bound"]
    for found in measures:
        ratio = "" if found.ratio is None else f"{found.ratio:.2f} ×"
        bound = f"≤ {found.limit} ×" if found.limit else ""
        bound += f" or + {found.more:g} {found.unit}" if found.more else ""
        bound = f"≤ {found.most:g} {found.unit}" if found.most is not None else bound
        mark = {True: "", False: "  EXCEEDED", None: ""}[found.within]
        value = f"{found.value:,.3f}" if found.unit == "s" else f"{found.value:,.1f}"
        lines.append(f"{found.name:<52}{value + ' ' + found.unit:>14}{ratio:>9}  {bound}{mark}")
    return "\n".join(lines)


def write(measures: Sequence[Measure], folder: Path, about: dict[str, Any]) -> Path:
    """The JSON file of this run."""
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    content = {
        "at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        **about,
        "measures": [asdict(found) | {"within": found.within} for found in measures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
