"""Two people changed the same thing: what is mine, what is theirs, and which of it stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from kpix_tui.i18n.catalog import _
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.sides import Difference, Side, Sides
from kpix_tui.tui.widgets.text import clip, plain

SHOWN = 300
"""Characters of a text that are shown in full below the lines."""

Merged = Mapping[str, Side]
"""Whose stays, by the name of the field."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What somebody else has saved: by field, the object itself, and who it was if it is known."""

    values: Mapping[str, Any]
    origin: Any
    by: str = ""


def differences(
    fields: Iterable[Field[Any]],
    before: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
) -> tuple[Difference, ...]:
    """The fields of a form whose values differ, in the order of the form."""
    named = {str(field.name): field for field in fields}
    return tuple(
        Difference(
            name,
            field.label,
            field.written(before.get(name)),
            field.written(mine[name]),
            field.written(theirs[name]),
        )
        for name, field in named.items()
        if name in theirs and mine[name] != theirs[name]
    )


class Merge(KpixModal[Merged]):
    """Field by field, mine or theirs; what both have changed must be chosen before it is saved.

    ``by`` is who saved theirs, where it is known. Escape answers ``None``: nothing is decided.
    """

    PLACE: ClassVar[str] = "merging"
    BINDINGS = bindings_for("merging")

    def __init__(self, lines: Sequence[Difference], by: str = "") -> None:
        super().__init__()
        self._lines = tuple(lines)
        self._by = plain(by)

    def compose(self) -> ComposeResult:
        """What has happened, the lines, the texts of the one under the cursor, keys."""
        with Vertical(classes="dialog merge"):
            yield Static(self._title(), classes="dialog--title", markup=False)
            yield Static(
                _("Choose what stays, field by field. Nothing of theirs is lost unseen."),
                classes="dialog--text",
                markup=False,
            )
            yield Static("", id="merge-titles", markup=False)
            yield Sides(self._lines)
            yield Static("", id="merge-here", markup=False)
            yield Notice(id="notice")
            yield KpixFooter()

    def _title(self) -> str:
        if not self._by:
            return _("Somebody else has changed this while you were typing.")
        return _("{name} has changed this while you were typing.").format(name=clip(self._by, 40))

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    def on_mount(self) -> None:
        """On the first line that asks for a choice."""
        self._sides.focus()
        if undecided := self._sides.undecided:
            self._sides.go_to(undecided[0])

    def on_resize(self) -> None:
        """The words stand above their sides."""
        self.call_after_refresh(self._show)

    @on(Sides.Chosen)
    def _mended(self) -> None:
        self.query_one("#notice", Notice).clear()

    @on(Sides.Moved)
    def _show(self) -> None:
        titles = self._sides.titles(_("Yours"), _("Theirs"))
        self.query_one("#merge-titles", Static).update(titles)
        self.query_one("#merge-here", Static).update(self._in_full(self._sides.here))

    def _in_full(self, line: Difference) -> Content:
        """Who changed it, and the texts as far as there is room."""
        words = {
            Side.MINE: _("Only you have changed it."),
            Side.THEIRS: _("Only they have changed it."),
            None: _("Both have changed it: choose with ← or →."),
        }
        rows = ((_("Before"), line.before), (_("Yours"), line.mine), (_("Theirs"), line.theirs))
        width = max(len(label) for label, _text in rows) + 2
        return Content("\n").join(
            [
                Content.assemble((plain(line.label), "bold"), "   ", words[line.side]),
                *(
                    Content.assemble((label.ljust(width), "$text-muted"), _shown(text))
                    for label, text in rows
                ),
            ]
        )

    def do_keep(self) -> None:
        """Go on with what was chosen, once everything is."""
        if undecided := self._sides.undecided:
            self._sides.go_to(undecided[0])
            self.query_one("#notice", Notice).show(
                _("Choose first for: {fields}").format(
                    fields=", ".join(plain(line.label) for line in undecided)
                )
            )
            return
        self.dismiss(dict(self._sides.chosen))


def _shown(text: str) -> str:
    return clip(plain(text), SHOWN) if text else "-"
