"""The French catalogue says everything that the program says, and says it typographically right."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from kpix_tui.i18n.catalog import available_locales
from kpix_tui.i18n.po import in_context, read_po
from tests.support import texts

LOCALES = [locale for locale in available_locales() if locale != "en"]
UPDATE = "run: python -m tests.support.texts, then translate what it lists"


def translations(locale: str) -> Iterator[tuple[Message, str, str]]:
    """Each message with its English and its translated text, each form of a plural by itself."""
    for message in texts.catalogue(locale):
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            for source, text in zip(message.id, message.string or (), strict=True):
                yield message, source, text
        else:
            yield message, message.id, str(message.string)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_translated(locale: str) -> None:
    assert texts.untranslated(locale) == [], UPDATE


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_left_over(locale: str) -> None:
    wanted = texts.extracted()
    left = [
        one.id
        for one in texts.catalogue(locale)
        if one.id and wanted.get(one.id, one.context) is None
    ]
    assert left == [], UPDATE


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_are_the_same(locale: str) -> None:
    for _message, source, text in translations(locale):
        assert texts.placeholders(source) == texts.placeholders(text), source


def test_french_typography() -> None:
    breakable = re.compile(r"[ ](?=[:;!?%»])|(?<=«)[ ]|(?<=\w)[;!?](?=\s|$)|(?<=\w)'(?=\w)")
    for _message, _source, text in translations("fr"):
        assert not breakable.search(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_our_reader_reads_what_babel_reads(locale: str) -> None:
    ours = read_po(texts.catalogue_path(locale).read_text(encoding="utf-8"))
    for message in texts.catalogue(locale):
        if not message.id:
            continue
        plural = isinstance(message.id, tuple | list)
        key = in_context(message.context or "", message.id[0] if plural else message.id)
        if plural:
            assert ours.plurals.get(key, ("", "")) == tuple(message.string or ())
        else:
            assert ours.texts.get(key, "") == message.string


@pytest.mark.parametrize(
    ("context", "forms"),
    [
        ("notifications", ("{count} non lue", "{count} non lues")),
        ("comments", ("{count} non lu", "{count} non lus")),
    ],
)
def test_unread_agrees_with_what_is_unread(context: str, forms: tuple[str, str]) -> None:
    ours = read_po(texts.catalogue_path("fr").read_text(encoding="utf-8"))
    assert ours.plurals[in_context(context, "{count} unread")] == forms
