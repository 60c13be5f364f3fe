"""The line above actions: whose they are, and what else narrows them down."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from textual.content import Content
from textual.widget import Widget

from kpix_tui.domains.plans.views import PlanFilter, PlanScope, PlanStatus
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.plans import DUES, kind_word, scope_word, verdict_word
from kpix_tui.tui.widgets.text import clip, plain

PENDING: Final = frozenset({PlanStatus.OPEN, PlanStatus.IN_PROGRESS})
"""What is left to do."""
MY_PENDING: Final = PlanFilter(scope=PlanScope.MINE, statuses=PENDING)


def pending_about(kpi_id: UUID) -> PlanFilter:
    """What is left to do about a KPI."""
    return PlanFilter(statuses=PENDING, kpi_id=kpi_id)


def next_scope(wanted: PlanFilter) -> PlanFilter:
    """Mine, my teams', all, and mine again."""
    scopes = list(PlanScope)
    following = scopes[(scopes.index(wanted.scope) + 1) % len(scopes)]
    return replace(wanted, scope=following)


class WantedLine(Widget):
    """``Mine  My teams'  All     not closed``; ``about`` says what else was asked for."""

    def __init__(self, about: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id, classes="wanted")
        self._about = plain(about)
        self._wanted = PlanFilter()
        self._text = ""

    def show(self, wanted: PlanFilter, text: str = "") -> None:
        """Show what is looked at; ``text`` is a filter that is not said elsewhere."""
        self._wanted = wanted
        self._text = plain(text)
        self.refresh()

    def render(self) -> Content:
        """One line."""
        parts = [self._scope(scope) for scope in PlanScope]
        words = [*self._words(), *([f"“{self._text}”"] if self._text else [])]
        said = (" - " if getattr(self.app, "ascii", False) else " · ").join(words)
        line = Content("  ").join(parts)
        room = self.content_size.width - line.cell_length - 4
        return Content.assemble(line, "    ", (clip(said, max(0, room)), "$text-muted"))

    def _scope(self, scope: PlanScope) -> Content:
        word = scope_word(scope.value)
        if scope is self._wanted.scope:
            return Content.styled(f"[{word}]", "$accent bold")
        return Content.styled(f" {word} ", "$text-muted")

    def _words(self) -> list[str]:
        wanted = self._wanted
        found = [self._about] if self._about else []
        if wanted.due is not None:
            found.append(_(DUES[wanted.due.value]))
        if wanted.kind is not None:
            found.append(kind_word(wanted.kind.value))
        if wanted.verdict is not None:
            found.append(verdict_word(wanted.verdict.value))
        if wanted.statuses == PENDING and wanted.due is None:
            found.append(_("not closed (C: closed ones too)"))
        return found
