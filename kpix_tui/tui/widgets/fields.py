"""The fields of forms: a label, an input, and beside it the help or what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Select, Static, TextArea

from kpix_tui.i18n.catalog import error_text
from kpix_tui.i18n.formats import format_number, parse_number
from kpix_tui.kernel.errors import KpixError
from kpix_tui.kernel.numbers import decimals_of
from kpix_tui.tui.errors import FieldMissing, TextTooLong
from kpix_tui.tui.widgets.inputs import AreaInput, LineInput
from kpix_tui.tui.widgets.text import plain

Value = TypeVar("Value")


class Field(Vertical, Generic[Value]):
    """One labelled input. ``name`` is what :attr:`KpixError.fields` calls it."""

    def __init__(self, name: str, label: str, *, help: str = "", required: bool = False) -> None:
        super().__init__(name=name, id=f"field-{name.replace('_', '-')}", classes="field")
        self.label = label
        self.help = help
        self.required = required

    def compose(self) -> ComposeResult:
        """Label and input on one line, the help or the error under the input."""
        with Horizontal(classes="field--row"):
            mark = " *" if self.required else ""
            yield Static(self.label + mark, classes="field--label", markup=False)
            yield self.control()
        yield Static(self.help, classes="field--message", markup=False)

    def control(self) -> Widget:
        """The widget to type in."""
        raise NotImplementedError

    @property
    def raw(self) -> str:
        """What stands in the input, to know whether something was typed."""
        raise NotImplementedError

    def read(self) -> Value:
        """The value.

        Raises:
            KpixError: what was typed cannot be used, or nothing was and it must.
        """
        raise NotImplementedError

    def put(self, value: Value) -> None:
        """Let ``value`` stand in the input, instead of what was typed."""
        raise NotImplementedError

    def written(self, value: Value | None) -> str:
        """``value`` as people read it; None is what cannot be read, or nothing."""
        return "" if value is None else str(value)

    def show_error(self, error: KpixError | None) -> None:
        """Say what is wrong beside the input; ``None``: nothing any more."""
        self.say(self.help if error is None else error_text(error), failed=error is not None)

    def say(self, text: str, *, failed: bool = False) -> None:
        """Show ``text`` where the help stands."""
        self.set_class(failed, "-failed")
        self.query_one(".field--message", Static).update(text)

    def focus(self, scroll_visible: bool = True) -> Field[Value]:
        """Focus the input at once: what is typed next belongs to it already."""
        self.screen.set_focus(self.query_one(".field--control"), scroll_visible)
        return self

    def _missing(self) -> FieldMissing:
        return FieldMissing(fields=(str(self.name),))


class TextField(Field[str]):
    """One line of text; ``password`` hides it."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        value: str = "",
        help: str = "",
        required: bool = False,
        password: bool = False,
        check: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(name, label, help=help, required=required)
        self._input = LineInput(value=value, password=password, classes="field--control")
        self._check = check

    def control(self) -> Widget:
        """A line to type in."""
        return self._input

    @property
    def raw(self) -> str:
        """What was typed."""
        return self._input.value

    def read(self) -> str:
        """The text without the blanks around it (a password as it is)."""
        text = self.raw if self._input.password else self.raw.strip()
        if self.required and not text:
            raise self._missing()
        if self._check is not None:
            self._check(text)
        return text

    def put(self, value: str) -> None:
        """Let this text stand in the line."""
        self._input.value = value

    @on(LineInput.Changed)
    def _changed(self) -> None:
        self.validate_now()

    def validate_now(self) -> None:
        """While typing: take an error away as soon as it is mended, say a wrong form at once."""
        if self._check is not None and self.raw.strip():
            try:
                self._check(self.raw.strip())
            except KpixError as error:
                self.show_error(error)
                return
        self.show_error(None)


class NumberField(Field[Decimal | None]):
    """A number in the way people write them; the value that was understood stands beside it."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        value: Decimal | None = None,
        help: str = "",
        required: bool = False,
        unit: str = "",
        decimals: int | None = None,
        locale: str = "en",
    ) -> None:
        super().__init__(name, label, help=help, required=required)
        self._unit = unit
        self._decimals = decimals
        self._locale = locale
        text = "" if value is None else self._written(value)
        self._input = LineInput(value=text, classes="field--control")

    def control(self) -> Widget:
        """A line to type in."""
        return self._input

    @property
    def raw(self) -> str:
        """What was typed."""
        return self._input.value

    def read(self) -> Decimal | None:
        """The number, None when nothing was typed."""
        text = self.raw.strip()
        if not text:
            if self.required:
                raise self._missing()
            return None
        return parse_number(text, self._locale)

    def put(self, value: Decimal | None) -> None:
        """Let this number stand in the line."""
        self._input.value = "" if value is None else self._written(value)

    def written(self, value: Decimal | None) -> str:
        """The number with its unit."""
        return "" if value is None else f"{self._written(value)} {plain(self._unit)}".rstrip()

    def _written(self, value: Decimal) -> str:
        decimals = decimals_of(value.normalize())
        shown = decimals if self._decimals is None else max(decimals, self._decimals)
        return format_number(value, decimals=shown, locale=self._locale)

    @on(LineInput.Changed)
    def _changed(self) -> None:
        try:
            value = self.read()
        except FieldMissing:
            self.show_error(None)
        except KpixError as error:
            self.show_error(error)
        else:
            self.show_error(None)
            if value is not None:
                self.say(f"= {self.written(value)}")


class ChoiceField(Field[Value]):
    """One of several choices; each is a value and what it is called."""

    def __init__(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[Value, str]],
        *,
        value: Value,
        help: str = "",
    ) -> None:
        super().__init__(name, label, help=help)
        self._first = value
        self._titles = dict(choices)
        self._select: Select[Value] = Select(
            [(Content(plain(title)), choice) for choice, title in choices],
            value=value,
            allow_blank=False,
            compact=True,
            classes="field--control",
        )

    def control(self) -> Widget:
        """A list that opens."""
        return self._select

    @property
    def raw(self) -> str:
        """The choice, as text."""
        return str(self._select.value)

    def read(self) -> Value:
        """The choice."""
        value: Any = self._select.value
        chosen: Value = self._first if value is Select.NULL else value  # NULL: not mounted yet
        return chosen

    def put(self, value: Value) -> None:
        """Choose this."""
        self._select.value = value

    def written(self, value: Value | None) -> str:
        """What the choice is called."""
        return "" if value is None else plain(self._titles[value])


class AreaField(Field[str]):
    """Several lines of text."""

    def __init__(self, name: str, label: str, *, value: str = "", help: str = "") -> None:
        super().__init__(name, label, help=help)
        self._area = AreaInput(value, classes="field--control")

    def control(self) -> Widget:
        """An area to type in."""
        return self._area

    @property
    def raw(self) -> str:
        """What was typed."""
        return self._area.text

    def read(self) -> str:
        """The text without the blanks around it."""
        return self.raw.strip()

    def put(self, value: str) -> None:
        """Let this text stand in the area."""
        self._area.text = value

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.show_error(None)

    @on(AreaInput.Refused)
    def _refused(self, event: AreaInput.Refused) -> None:
        event.stop()
        self.show_error(TextTooLong(limit=event.area.longest, length=event.length))
