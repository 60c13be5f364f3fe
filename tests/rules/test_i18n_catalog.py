"""Languages: which one is spoken, what a catalogue holds, and how an error is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.i18n import catalog
from kpix_tui.i18n.catalog import (
    _,
    available_locales,
    current_locale,
    detect_locale,
    error_text,
    ngettext,
    npgettext,
    pgettext,
    set_locale,
)
from kpix_tui.i18n.errors import LocaleUnknown
from kpix_tui.i18n.po import Catalog, in_context, read_po
from kpix_tui.kernel.errors import InputInvalid, KpixError, Word

PO = r"""
msgid ""
msgstr ""
"Language: fr\n"

#: somewhere
#, python-format
msgid "Two\n"
"lines \"quoted\" \\ \t"
msgstr ""
"Deux\n"
"lignes"

msgid "{count} row"
msgid_plural "{count} rows"
msgstr[0] "{count} ligne"
msgstr[1] "{count} lignes"

msgctxt "person"
msgid "{count} row"
msgid_plural "{count} rows"
msgstr[0] "{count} rangée"
msgstr[1] "{count} rangées"

msgctxt "action"
msgid "Open"
msgstr "À faire"

#, fuzzy
msgid "guessed"
msgstr "deviné"

msgid "untranslated"
msgstr ""

msgid "half"
msgid_plural "halves"
msgstr[0] "moitié"
msgstr[1] ""

#~ msgid "gone"
#~ msgstr "parti"
"""


@pytest.fixture(autouse=True)
def own_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = current_locale()
    texts = {
        "green": "vert",
        "Open": "Ouvrir",
        in_context("action", "Open"): "À faire",
        "What {value}.": "Quoi {value}.",
        "Broken {value}.": "Cassé {value",
    }
    plurals = {
        "{count} row": ("{count} ligne", "{count} lignes"),
        in_context("person", "{count} row"): ("{count} rangée", "{count} rangées"),
    }
    french = Catalog(texts, plurals)
    monkeypatch.setattr(catalog, "_loaded", {"en": Catalog({}, {}), "fr": french})
    set_locale("fr")
    yield
    set_locale(before)


def said(template: str, **params: Any) -> str:
    error = InputInvalid(**params)
    error.message = template  # type: ignore[misc]  # one instance with a template of its own
    return error_text(error)


def test_a_po_file_is_read_without_what_is_not_certain() -> None:
    assert read_po(PO) == Catalog(
        {'Two\nlines "quoted" \\ \t': "Deux\nlignes", in_context("action", "Open"): "À faire"},
        {
            "{count} row": ("{count} ligne", "{count} lignes"),
            in_context("person", "{count} row"): ("{count} rangée", "{count} rangées"),
        },
    )


def test_a_text_means_something_else_elsewhere() -> None:
    assert (_("Open"), pgettext("action", "Open")) == ("Ouvrir", "À faire")
    assert pgettext("door", "Open") == "Open"


def test_a_counted_word_agrees_with_what_is_counted() -> None:
    assert npgettext("person", "{count} row", "{count} rows", 1) == "{count} rangée"
    assert npgettext("person", "{count} row", "{count} rows", 2) == "{count} rangées"
    assert npgettext("door", "{count} row", "{count} rows", 2) == "{count} lignes"
    assert npgettext("door", "{count} hinge", "{count} hinges", 2) == "{count} hinges"


def test_the_catalogue_of_a_language_is_read_when_it_is_first_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalog, "_loaded", {})
    assert _("Not found.") != "Not found."
    assert set(catalog._loaded) == {"fr"}


def test_each_language_is_offered_by_its_own_name() -> None:
    assert dict(available_locales()) == {"en": "English", "fr": "Français"}


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_CA@euro"}, "fr"),
        ({"LC_ALL": "en_US.UTF-8", "KPIX_LOCALE": "fr"}, "fr"),
        ({"LC_ALL": "", "LANG": "FR"}, "fr"),
    ],
)
def test_the_environment_says_which_language(environment: dict[str, str], locale: str) -> None:
    assert detect_locale(environment) == locale


def test_a_language_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(LocaleUnknown) as refused:
        set_locale("de")
    assert str(refused.value.params["locale"]) == "de"
    assert current_locale() == "fr"
    set_locale("en-GB")
    assert current_locale() == "en"


def test_texts_and_counts() -> None:
    assert (_("Open"), _("Unknown text")) == ("Ouvrir", "Unknown text")
    counts = [ngettext("{count} row", "{count} rows", n) for n in (0, 1, -1, 2, -2)]
    assert counts == ["{count} ligne"] * 3 + ["{count} lignes"] * 2
    assert ngettext("{count} cat", "{count} cats", 0) == "{count} cats"
    set_locale("en")
    assert [ngettext("{count} row", "{count} rows", n) for n in (0, 1, 2)] == [
        "{count} rows",
        "{count} row",
        "{count} rows",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.50"), "1234,50"),
        (date(2026, 11, 3), "03/11/2026"),
        (datetime(2026, 11, 3, 9, 5, tzinfo=UTC), "03/11/2026 09:05 UTC"),
        (["a", Decimal("0.5"), date(2026, 1, 2)], "a, 0,5, 02/01/2026"),
        (Word("green"), "vert"),
        ("green", "green"),
        ("[/bold] {x}", "[/bold] {x}"),
        ("a\r\nb\tc\x1b[2J\u202e", "a b c�[2J�"),
        ("Évry 🙂", "Évry 🙂"),
        (4000, "4000"),
        (None, "None"),
        (KpixError(), "Something went wrong."),
    ],
)
def test_parameters_are_written_in_the_language(value: Any, text: str) -> None:
    assert said("What {value}.", value=value) == f"Quoi {text}."


def test_an_error_is_said_whatever_its_parameters() -> None:
    assert said("What {value}.") == "Quoi …."
    assert said("Size {value:.1f}.", value=Decimal(2)) == "Size {value:.1f}."
    assert said("Of {value.name}.", value="x") == "Of {value.name}."
    assert said("At {0}.", value="x") == "At {0}."
    assert said("Broken {value}.", value="x") == "Cassé {value"
    assert said("Quoted {value!r}.", value="x") == "Quoted 'x'."


@given(st.dictionaries(st.text(), st.text() | st.decimals() | st.dates() | st.none()), st.text())
def test_saying_an_error_never_fails(params: dict[str, Any], template: str) -> None:
    params.pop("fields", None)
    params.pop("self", None)
    assert isinstance(said(template, **params), str)
