"""What kpix says, in the language of who reads it. English is the source and needs no file.

A process speaks one language at a time (:func:`set_locale`). Catalogues are ``.po`` files that are
read when they are first needed; no compiled file exists that could be older than its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from kpix_tui.i18n.errors import LocaleUnknown
from kpix_tui.i18n.po import Catalog, in_context, read_po
from kpix_tui.kernel.errors import KpixError, Word
from kpix_tui.kernel.text import plain

SOURCE: Final = "en"
_NAMES: Final = {"en": "English", "fr": "Français"}
_LOCALES: Final = Path(__file__).parent / "locales"
_NOTHING: Final = Catalog({}, {})

_current = SOURCE
_loaded: dict[str, Catalog] = {SOURCE: _NOTHING}


def available_locales() -> Mapping[str, str]:
    """The languages that kpix speaks: code and own name, in the order to offer them."""
    return _NAMES


def match_locale(name: str) -> str | None:
    """The language of ``fr_FR.UTF-8``, ``fr-CA`` or ``fr``; None: kpix does not speak it."""
    language = name.replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0].lower()
    return language if language in _NAMES else None


def asked_locale(environment: Mapping[str, str]) -> str | None:
    """The language that the environment asks for: the first of KPIX_LOCALE, LC_ALL, LC_MESSAGES and
    LANG that is set decides, as gettext has it. None: none is, or kpix does not speak it.
    """
    for variable in ("KPIX_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(variable):
            return match_locale(environment[variable])
    return None


def detect_locale(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, else English."""
    return asked_locale(environment) or SOURCE


def set_locale(name: str) -> None:
    """Speak this language from now on.

    Raises:
        LocaleUnknown: kpix does not speak it.
    """
    global _current  # noqa: PLW0603 - one terminal, one language
    found = match_locale(name)
    if found is None:
        raise LocaleUnknown(locale=name, locales=tuple(_NAMES), fields=("locale",))
    _current = found


def current_locale() -> str:
    """The code of the language that is spoken now."""
    return _current


def _(text: str) -> str:
    """``text`` in the current language; the English text itself where it is not translated."""
    return _catalog().texts.get(text, text)


def pgettext(context: str, text: str) -> str:
    """``text`` as it is meant in ``context``: *Open* is a verb on a key, and a state elsewhere."""
    return _catalog().texts.get(in_context(context, text), text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form that goes with ``number``, in the current language."""
    forms = _catalog().plurals.get(singular)
    if forms is None:
        return singular if number == 1 else plural
    return _form(forms, number)


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    """The form that goes with ``number``, of what is meant in ``context``: words agree with it."""
    forms = _catalog().plurals.get(in_context(context, singular))
    return ngettext(singular, plural, number) if forms is None else _form(forms, number)


def _form(forms: tuple[str, ...], number: int) -> str:
    return forms[1 if abs(number) >= 2 else 0]


def _catalog() -> Catalog:
    found = _loaded.get(_current)
    if found is None:
        path = _LOCALES / _current / "LC_MESSAGES" / "kpix.po"
        found = _loaded[_current] = read_po(path.read_text(encoding="utf-8"))
    return found


def error_text(error: KpixError) -> str:
    """The sentence of an error in the current language, on one line of plain text (no markup).

    Numbers, dates and lists are written as the language has them. It never fails: a parameter that
    is missing shows as ``…``, and a template that cannot be filled shows as it is.
    """
    template = _(error.message)
    try:
        return template.format_map(_Shown(error.params))
    except (ValueError, LookupError, AttributeError, TypeError):
        return template


class _Shown(dict[str, str]):
    """The parameters of a message as they are shown."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        super().__init__({name: _shown(value) for name, value in params.items()})

    def __missing__(self, name: str) -> str:
        return "…"


def _shown(value: Any) -> str:
    from kpix_tui.i18n import formats  # noqa: PLC0415 - it imports this module

    match value:
        case Word():
            return _(str(value))
        case Decimal():
            return formats.format_exactly(value)
        case datetime():
            return formats.format_datetime(value, "UTC") + " UTC"
        case date():
            return formats.format_date(value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(_shown(one) for one in value)
    return error_text(value) if isinstance(value, KpixError) else plain(str(value))
