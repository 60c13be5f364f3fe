"""One entry of the audit log: the values before and after, side by side."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kpix_tui.app.audit import Said, action_words, actor_words, object_words, said
from kpix_tui.domains.audit.views import AuditRow
from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.figures import Writing
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.text import clip

LABEL: Final = 12
"""Cells for what the lines of the head are called."""
AROUND: Final = 15
"""Lines of the dialog besides the values."""


class AuditEntry(KpixModal[None]):
    """``timezone`` is the organisation's."""

    PLACE: ClassVar[str] = "audit_entry"
    BINDINGS = bindings_for(PLACE)

    def __init__(self, row: AuditRow, timezone: str) -> None:
        super().__init__()
        self._row = row
        self._timezone = timezone

    def compose(self) -> ComposeResult:
        """Who, what, when; then a line for each value; keys."""
        with Vertical(classes="dialog audit-entry"):
            yield Static(action_words(self._row.action), classes="dialog--title", markup=False)
            yield Static(self._head(), classes="audit-head", markup=False)
            yield from self._values()
            yield KpixFooter()

    def on_resize(self) -> None:
        """The values scroll before the keys leave a small terminal."""
        for values in self.query(".audit-values"):
            values.styles.max_height = max(3, self.size.height - AROUND)

    def _values(self) -> ComposeResult:
        changes = said(self._row, self._timezone, self.kpix.locale)
        if not changes:
            yield Static(_("No values were recorded with it."), classes="dialog--text")
            return
        yield _line(Said("", _("Before"), _("After")), "-heading")
        with VerticalScroll(classes="audit-values"):
            for one in changes:
                yield _line(one)

    def _head(self) -> Content:
        return Content("\n").join(
            Content.assemble((f"{label:<{LABEL}}", "$text-muted"), clip(text, 400))
            for label, text in self._facts()
            if text
        )

    def _facts(self) -> list[tuple[str, str]]:
        row = self._row
        writing = Writing(self.kpix.locale, self.kpix.ascii)
        seconds = f":{row.at.second:02}"
        return [
            (_("Date"), writing.moment(row.at, self._timezone) + seconds),
            (_("Done by"), actor_words(row)),
            (_("Object"), object_words(row, self.kpix.locale)),
            (_("Session"), str(row.session_id or "")),
        ]

    def do_copy(self) -> None:
        """The head and every value, as lines."""
        head = [f"{label}: {text}" for label, text in self._facts() if text]
        values = [
            f"{one.field}: {one.old or '-'} -> {one.new or '-'}"
            for one in said(self._row, self._timezone, self.kpix.locale)
        ]
        self.app.copy_to_clipboard("\n".join([action_words(self._row.action), *head, *values]))
        self.app.notify(_("The entry was copied."), markup=False, timeout=2)


def _line(one: Said, *classes: str) -> Horizontal:
    return Horizontal(
        Static(one.field, classes="audit-field", markup=False),
        Static(one.old, classes="audit-old", markup=False),
        Static(one.new, classes="audit-new", markup=False),
        classes=" ".join(("audit-line", *classes)),
    )
