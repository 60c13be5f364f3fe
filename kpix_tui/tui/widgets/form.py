"""A form in a dialog: fields, Save, Cancel, and nothing typed is ever lost by surprise."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from kpix_tui.domains.accounts.errors import NotSignedIn
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.tui.actions import bindings_for
from kpix_tui.tui.messages import SessionLost
from kpix_tui.tui.modals.confirm import Confirm
from kpix_tui.tui.modals.merge import Merge, Merged, Theirs, differences
from kpix_tui.tui.screen import KpixModal
from kpix_tui.tui.widgets.fields import Field
from kpix_tui.tui.widgets.footer import KpixFooter
from kpix_tui.tui.widgets.notice import Notice
from kpix_tui.tui.widgets.sides import Side
from kpix_tui.tui.work import begin

Answer = TypeVar("Answer")

AROUND = 10
"""Lines of a dialog besides its fields: frame, title, notice, keys."""


class FormScreen(KpixModal[Answer]):
    """Subclasses give ``heading()``, ``fields()`` and ``save(values)``; the answer is what it made.

    ``save`` raises the :class:`KpixError` of the use case; its ``fields`` choose where it is said.
    The dialog is dismissed with what ``save`` returns, or with ``None`` when it is left.
    """

    PLACE: ClassVar[str] = "form"
    BINDINGS = bindings_for("form")

    def __init__(self) -> None:
        super().__init__()
        self._untouched: tuple[str, ...] = ()
        self._before: dict[str, Any] = {}
        self._saving = False

    def heading(self) -> str:
        """The title of the dialog."""
        raise NotImplementedError

    def fields(self) -> Iterable[Widget]:
        """The fields, in their order; what stands between them may be any widget."""
        raise NotImplementedError

    async def save(self, values: dict[str, Any]) -> Answer:
        """Do what the form is for, with the value of each field by its name."""
        raise NotImplementedError

    async def theirs(self, stale: StaleVersion) -> Theirs | None:  # noqa: ARG002 - for subclasses
        """What somebody else has saved meanwhile, by field; None: this form merges nothing."""
        return None

    def adopt(self, origin: Any) -> None:
        """Save over ``origin`` from here on: what was read again, and merged."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Title, fields, the place for what concerns no field, keys."""
        with Vertical(classes="dialog form"):
            yield Static(self.heading(), classes="dialog--title", markup=False)
            with VerticalScroll(classes="form--fields", can_focus=False):
                yield from self.fields()
            yield Notice(id="notice")
            yield KpixFooter()

    def on_mount(self) -> None:
        """Remember what nobody has touched yet."""
        self._untouched = self._raw()
        self._before = self._readable()

    def on_resize(self) -> None:
        """The fields scroll before the keys leave a small terminal."""
        room = max(3, self.size.height - AROUND)
        self.query_one(".form--fields").styles.max_height = room

    @property
    def dirty(self) -> bool:
        """Whether something was typed."""
        return self._raw() != self._untouched

    def field(self, name: str) -> Field[Any] | None:
        """The field of this name."""
        return next((field for field in self.query(Field) if field.name == name), None)

    def line_entered(self, line: Widget) -> None:
        """Enter goes on to the next field; on the last one it saves."""
        fields = self._all()
        here = next(i for i, field in enumerate(fields) if field in line.ancestors)
        if here + 1 < len(fields):
            fields[here + 1].focus()
        else:
            self.do_save()

    def do_save(self) -> None:
        """Read every field, then save; what is wrong is said beside the field."""
        if self._saving:
            return
        self.query_one("#notice", Notice).clear()
        values = self._read()
        if values is not None:
            self._saving = True
            self.add_class("-saving")
            begin(self, partial(self._save, values), group="save")

    def do_cancel(self) -> None:
        """Leave; asks first when something was typed."""
        if not self.dirty:
            self.dismiss(None)
            return
        question = Confirm(
            _("Leave without saving?"), _("What you typed will be lost."), yes=_("Leave")
        )
        self.app.push_screen(question, self._left)

    def _left(self, sure: bool | None) -> None:
        if sure:
            self.dismiss(None)

    def _all(self) -> list[Field[Any]]:
        """The fields that are shown: what a choice has hidden is neither read nor saved."""
        return [field for field in self.query(Field) if field.display]

    def _raw(self) -> tuple[str, ...]:
        return tuple(field.raw for field in self.query(Field))

    def _readable(self) -> dict[str, Any]:
        """The values of the fields that can be read as they stand."""
        values: dict[str, Any] = {}
        for field in self._all():
            with suppress(KpixError):  # said beside the field when it is saved
                values[str(field.name)] = field.read()
        return values

    def _read(self) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        wrong: list[Field[Any]] = []
        for field in self._all():
            try:
                values[str(field.name)] = field.read()
            except KpixError as error:
                field.show_error(error)
                wrong.append(field)
        if wrong:
            wrong[0].focus()
            return None
        return values

    async def _save(self, values: dict[str, Any]) -> None:
        notice = self.query_one("#notice", Notice)
        try:
            # A copy: what is saved is taken apart, what was typed is compared.
            answer = await self.save(dict(values))
        except StaleVersion as error:
            await self._stale(error, values, notice)
        except KpixError as error:
            self._refused(error, notice)
        else:
            self.dismiss(answer)
        finally:
            self._saving = False
            self.remove_class("-saving")

    def _refused(self, error: KpixError, notice: Notice) -> None:
        if isinstance(error, NotSignedIn):
            self.app.post_message(SessionLost())
            return
        concerned = [field for name in error.fields if (field := self.field(name)) is not None]
        if concerned:  # said once, beside the first of them
            concerned[0].show_error(error)
            concerned[0].focus()
        else:
            notice.show_error(error)

    # -- somebody else has saved meanwhile -----------------------------------------------------

    async def _stale(self, stale: StaleVersion, mine: dict[str, Any], notice: Notice) -> None:
        """Show what is mine and what is theirs; nothing is written over unseen."""
        try:
            theirs = await self.theirs(stale)
        except KpixError as error:
            self._refused(error, notice)
            return
        if theirs is None:
            step = _("Note what you typed, then Esc and open this again: it will be up to date.")
            notice.show_error(stale, step)
            return
        lines = differences(self._all(), self._before, mine, theirs.values)
        if lines:
            self.app.push_screen(Merge(lines, theirs.by), partial(self._merged, theirs))
        else:  # they have saved what I typed
            self.call_later(self._merged, theirs, {})

    def _merged(self, theirs: Theirs, merged: Merged | None) -> None:
        """Save what was chosen; one who has not chosen is back in the form, as it was."""
        if merged is None:
            return
        for name, side in merged.items():
            field = self.field(name)
            if field is not None and side is Side.THEIRS:
                field.put(theirs.values[name])
        self._before |= theirs.values
        self.adopt(theirs.origin)
        self.do_save()
