"""Finding KPIs by what files call them. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kpix_tui.domains.imports import errors
from kpix_tui.domains.imports.rules.columns import fold
from kpix_tui.kernel.periods import Frequency

NEAR: Final = 0.75
"""How alike two names are, of 1, for one to be proposed for the other."""
_MOST_COMPARED: Final = 5_000


@dataclass(frozen=True, slots=True)
class Target:
    """The KPI that a row belongs to. Without an ``id`` it is to be created."""

    name: str
    frequency: Frequency
    id: UUID | None = None
    code: str = ""


class Targets:
    """Finds KPIs by what files call them: a code, else a name, whatever the case and accents."""

    def __init__(self, known: Iterable[Target], new_frequency: Frequency | None = None) -> None:
        """``known`` exist; with ``new_frequency`` other names become KPIs to be created."""
        self._codes: dict[str, Target] = {}
        self._names: dict[str, list[Target]] = {}
        self._found: dict[str, Target] = {}
        self._new_frequency = new_frequency
        for target in known:
            self._codes[fold(target.code)] = target
            self._names.setdefault(fold(target.name), []).append(target)

    def find(self, text: str) -> Target:
        """The KPI called ``text``; the same object for the same KPI.

        Raises:
            errors.KpiBlank: ``text`` is empty.
            errors.KpiUnknown, errors.KpiNearlyKnown: there is none, and none is to be created.
            errors.KpiAmbiguous: several KPIs have this name.
        """
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._look_up(text)
        return found

    def _look_up(self, text: str) -> Target:
        folded = fold(text)
        if not folded:
            raise errors.KpiBlank(fields=("kpi",))
        if folded in self._codes:
            return self._codes[folded]
        named = self._names.get(folded, [])
        spelled = [target for target in named if target.name == text] or named
        if len(spelled) > 1:
            codes = ", ".join(sorted(target.code for target in spelled))
            raise errors.KpiAmbiguous(fields=("kpi",), name=text, codes=codes)
        return spelled[0] if spelled else self._new(text, folded)

    def _new(self, text: str, folded: str) -> Target:
        if self._new_frequency is None:
            near = self._near(folded)
            if near is not None:
                raise errors.KpiNearlyKnown(fields=("kpi",), name=text, near=near)
            raise errors.KpiUnknown(fields=("kpi",), name=text)
        target = Target(text, self._new_frequency)
        self._names[folded] = [target]
        return target

    def _near(self, folded: str) -> str | None:
        """What somebody may have meant: a name that is nearly the same, or else a code."""
        if len(folded) > 200 or len(self._codes) > _MOST_COMPARED:
            return None
        names = difflib.get_close_matches(folded, self._names, 1, NEAR)
        if names:
            return self._names[names[0]][0].name
        codes = difflib.get_close_matches(folded, self._codes, 1, NEAR)
        return self._codes[codes[0]].code if codes else None
