"""What was changed about an action: a line each, and one of them in full."""

from __future__ import annotations

from datetime import date

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.domains.plans.views import (
    CriterionKind,
    FieldChange,
    FieldValue,
    PlanChange,
    ToldCriterion,
)
from kpix_tui.i18n.catalog import _
from kpix_tui.i18n.formats import format_date, format_datetime, format_exactly
from kpix_tui.i18n.plans import field_word, kind_word, status_word, verdict_word
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.columns import Column
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.text import clip, plain

SHOWN = 40
"""Cells of a text in a line of the history."""
_WORDS = {"status": status_word, "kind": kind_word, "verdict": verdict_word}


class PlanHistory:
    """Cells of the history of an action."""

    def __init__(self, timezone: str, locale: str, *, ascii: bool) -> None:
        self._timezone = timezone
        self._locale = locale
        self._ascii = ascii

    def columns(self) -> list[Column[PlanChange]]:
        """When, who, what."""
        return [
            Column(_("On"), self._when, 17, "at"),
            Column(_("By"), self._who, 12, grow=1, priority=1),
            Column(_("What has changed"), self._what, 24, grow=4),
        ]

    def when(self, change: PlanChange) -> str:
        """The day and the time."""
        return format_datetime(change.at, self._timezone, self._locale)

    def who(self, change: PlanChange) -> str:
        """Whoever changed it; what nobody did, kpix judged."""
        return plain(change.by) or "kpix"

    def _when(self, change: PlanChange, _width: int) -> Content:
        return Content.styled(self.when(change), "$text-muted")

    def _who(self, change: PlanChange, width: int) -> Content:
        return Content(clip(self.who(change), width))

    def _what(self, change: PlanChange, _width: int) -> Content:
        if change.created:
            return Content(_("Decided on."))
        return Content("   ").join(self._field(field) for field in change.fields)

    def _field(self, change: FieldChange) -> Content:
        """``Due date: 12 Nov 2026 → 20 Nov 2026``."""
        arrow = "->" if self._ascii else "→"
        old, new = (clip(self.told(change.field, one), SHOWN) for one in (change.old, change.new))
        return Content.assemble(
            (_("{field}:").format(field=field_word(change.field)), "$text-muted"),
            f" {old}",
            (f" {arrow} ", "$text-muted"),
            (new, "bold"),
        )

    def told(self, field: str, value: FieldValue) -> str:
        """What stood in a field, as people read it."""
        match value:
            case None | "" | ():
                return "-" if self._ascii else "–"
            case ToldCriterion():
                return _criterion(value, self._locale)
            case date():
                return format_date(value, self._locale)
            case int():
                return f"{value} %"
            case tuple():
                return plain(" / ".join(value))
        return plain(_WORDS[field](value)) if field in _WORDS else plain(value)


def _criterion(told: ToldCriterion, locale: str) -> str:
    amount = format_exactly(told.amount, locale)
    if told.kind is CriterionKind.LEVEL:
        text = _("{kpi} at {amount} or better, {count} times")
    else:
        text = _("mean of {kpi} better by {amount}, {count} values")
    return text.format(kpi=plain(told.kpi_code) or "?", amount=amount, count=told.periods)


class ChangeShown(KpixModal[None]):
    """One change, each field before and after in full."""

    def __init__(self, title: str, change: PlanChange, history: PlanHistory) -> None:
        super().__init__()
        self._called = title
        self._change = change
        self._history = history

    def compose(self) -> ComposeResult:
        """The action, who and when, the fields, keys."""
        who = f"{self._history.who(self._change)}, {self._history.when(self._change)}"
        with Vertical(classes="dialog revisions"):
            yield Static(clip(plain(self._called), 120), classes="dialog--title", markup=False)
            yield Static(who, classes="dialog--text", markup=False)
            with VerticalScroll(classes="revisions--list"):
                for field in self._change.fields:
                    yield Static(self._field(field), classes="revision", markup=False)
                if self._change.created:
                    yield Static(_("Decided on."), classes="revision", markup=False)
            yield KpixFooter()

    def _field(self, change: FieldChange) -> Content:
        rows = ((_("Before"), change.old), (_("After"), change.new))
        width = max(len(label) for label, _value in rows) + 2
        return Content("\n").join(
            [
                Content.styled(field_word(change.field), "bold"),
                *(
                    Content.assemble(
                        (label.ljust(width), "$text-muted"), self._history.told(change.field, value)
                    )
                    for label, value in rows
                ),
            ]
        )
