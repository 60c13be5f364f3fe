"""What options can hold: numbers, words, whole numbers. Errors are those of kpix, not click's."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import click

from kpix_tui.cli.errors import ChoiceUnknown, WholeNumberInvalid
from kpix_tui.i18n.catalog import current_locale
from kpix_tui.i18n.errors import NumberAmbiguous, NumberInvalid, NumberTooLong
from kpix_tui.i18n.formats import DecimalMark, parse_day, parse_number
from kpix_tui.kernel.errors import InputInvalid
from kpix_tui.kernel.periods import Frequency

Word = TypeVar("Word", bound=StrEnum)

_AS_MACHINES_WRITE: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)


def read_number(text: str) -> Decimal:
    """A number of a command line.

    Digits with one decimal point are what every program writes and mean the same everywhere.
    Anything else is read as people write it, and refused where it has two readings.

    Raises:
        NumberInvalid, NumberAmbiguous, NumberTooLong: it cannot be read.
    """
    if _AS_MACHINES_WRITE.fullmatch(text.strip()):
        return parse_number(text, decimal_mark=DecimalMark.POINT)
    return parse_number(text)


def read_day(text: str, frequency: Frequency, option: str) -> date:
    """A day, or a period of ``frequency`` by any name that it has; ``option`` is its field.

    Raises:
        DayInvalid, PeriodTooCoarse, PeriodStraddles: it cannot be read.
    """
    try:
        return parse_day(text, frequency, current_locale())
    except InputInvalid as error:
        error.fields = (option,)
        raise


def _name(param: click.Parameter | None) -> str:
    return "" if param is None else max(param.opts, key=len, default="")


def _field(param: click.Parameter | None) -> tuple[str, ...]:
    """By the name that people know: ``value`` for ``--value``, whatever it fills."""
    name = _name(param).lstrip("-").replace("-", "_")
    return (name,) if name else ()


class Number(click.ParamType[Decimal]):
    """An exact decimal number."""

    name = "number"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> Decimal:
        """Read it, and say which option it was where that fails."""
        if isinstance(value, Decimal):
            return value
        try:
            return read_number(value)
        except (NumberInvalid, NumberAmbiguous, NumberTooLong) as error:
            error.fields = _field(param)
            raise


class WholeNumber(click.ParamType[int]):
    """A whole number from ``minimum`` on."""

    name = "count"

    def __init__(self, minimum: int = 0) -> None:
        self.minimum = minimum

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> int:
        """Read it, and say which option it was where that fails."""
        text = str(value)
        if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) < self.minimum:
            raise WholeNumberInvalid(
                name=_name(param), value=text, minimum=self.minimum, fields=_field(param)
            )
        return int(text)


class Choice(click.ParamType[Word], Generic[Word]):
    """One of the words of an enumeration, in any case, with ``-`` for ``_``."""

    name = "word"

    def __init__(self, words: type[Word]) -> None:
        self.words = words

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002 - click's signature
    ) -> Word:
        """Find the word, and name the others where there is no such one."""
        try:
            return self.words(str(value).strip().upper().replace("-", "_"))
        except ValueError:
            raise ChoiceUnknown(
                name=_name(param),
                value=value,
                choices=" | ".join(self.words),
                fields=_field(param),
            ) from None

    def get_metavar(
        self,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        ctx: click.Context,  # noqa: ARG002
    ) -> str:
        """All the words."""
        return f"[{'|'.join(self.words)}]"


NUMBER: Final = Number()
COUNT: Final = WholeNumber(0)
