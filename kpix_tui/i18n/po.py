"""Reads a gettext ``.po`` file. Babel can too, and takes ten times as long at every start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_LINE: Final = re.compile(r'(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d)\])? )?"(.*)"')
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Catalog:
    """Translations by their English text: of plain messages, and of those that count.

    The key of one that means something else elsewhere begins with where it is meant
    (:func:`in_context`).
    """

    texts: dict[str, str]
    plurals: dict[str, tuple[str, ...]]


def in_context(context: str, text: str) -> str:
    """The key of a text that has another translation where something else is meant by it."""
    return f"{context}\x04{text}" if context else text


@dataclass(slots=True)
class _Entry:
    """The strings of one entry by keyword (``msgid``, ``msgstr``, ``msgstr1``…)."""

    strings: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False


def read_po(content: str) -> Catalog:
    """The translations of a file. What is fuzzy, obsolete or empty is left out."""
    catalog = Catalog({}, {})
    for entry in _entries(content):
        msgid = entry.strings.get("msgid")
        forms = tuple(
            text for key, text in sorted(entry.strings.items()) if key.startswith("msgstr")
        )
        if not msgid or entry.fuzzy or not all(forms):
            continue
        key = in_context(entry.strings.get("msgctxt", ""), msgid)
        if "msgid_plural" in entry.strings:
            catalog.plurals[key] = forms
        else:
            catalog.texts[key] = forms[0]
    return catalog


def _entries(content: str) -> Iterator[_Entry]:
    """Entries are separated by blank lines, as every tool writes them."""
    for block in re.split(r"\n\s*\n", content):
        entry, keyword = _Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,"):
                entry.fuzzy = "fuzzy" in line
            found = _LINE.fullmatch(line.strip())
            if found is None:
                continue
            if found[1]:
                keyword = found[1] + (found[2] or "")
            text = _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), found[3])
            entry.strings[keyword] = entry.strings.get(keyword, "") + text
        yield entry
