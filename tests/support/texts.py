"""Everything that kpix says: updates the catalogues and the page of errors.

    python -m tests.support.texts

collects the marked texts of ``kpix_tui`` into every ``.po`` file (translations stay, texts that are
gone go) and writes ``docs/guide/errors.md``. What is left to translate is listed.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

import kpix_tui
from kpix_tui.kernel.errors import KpixError

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "kpix_tui"
ERRORS_PAGE: Final = ROOT / "docs" / "guide" / "errors.md"
KEYWORDS: Final = {
    "_": None,
    "message": None,
    "_m": None,
    "ngettext": DEFAULT_KEYWORDS["ngettext"],
    "pgettext": DEFAULT_KEYWORDS["pgettext"],
    "npgettext": DEFAULT_KEYWORDS["npgettext"],
}


def extracted() -> Catalog:
    """Every marked text of the program, in English."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS)
    for path, _line, text, _comments, context in found:
        catalog.add(text, None, [(f"kpix_tui/{path}", 0)], context=context)
    return catalog


def catalogue_path(locale: str) -> Path:
    """The file of a language."""
    return PACKAGE / "i18n" / "locales" / locale / "LC_MESSAGES" / "kpix.po"


def catalogue(locale: str) -> Catalog:
    """What the file of a language holds."""
    with catalogue_path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def updated(locale: str) -> bytes:
    """The file of a language as it should be: today's texts with the translations it has."""
    catalog = catalogue(locale)
    catalog.update(extracted(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.header_comment = "# What kpix says, in another language."
    catalog.fuzzy = False
    output = BytesIO()
    write_po(output, catalog, width=100, sort_output=True, include_lineno=False, omit_header=True)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return header.encode() + output.getvalue()


def untranslated(locale: str) -> list[str]:
    """Texts that the language lacks, or has only as a guess."""
    known = catalogue(locale)
    lacking = []
    for wanted in extracted():
        found = known.get(wanted.id, wanted.context) if wanted.id else None
        strings = found.string if found is not None else ""
        complete = all(strings) if isinstance(strings, tuple | list) else bool(strings)
        if wanted.id and (found is None or found.fuzzy or not complete):
            lacking.append(str(wanted.id))
    return lacking


def placeholders(text: str) -> set[str]:
    """The placeholders of a template, with their conversions and formats."""
    return {
        f"{name}!{conversion}:{form}"
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    }


def errors() -> list[type[KpixError]]:
    """Every error that kpix can show, by code."""
    for module in pkgutil.walk_packages(kpix_tui.__path__, "kpix_tui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    return sorted({KpixError, *_below(KpixError)}, key=lambda error: error.code)


def _below(error: type[KpixError]) -> Iterator[type[KpixError]]:
    for child in error.__subclasses__():
        if child.__module__.startswith("kpix_tui."):
            yield child
            yield from _below(child)


def errors_page() -> str:
    """The page of the guide with every error, for people and for scripts that read ``code``."""
    lines = [
        "# Errors",
        "",
        "Every error has a code that stays, and the command line an exit code that goes with it:",
        "1 refused by a rule, 2 usage or configuration, 3 database unreachable, 4 not permitted,",
        "5 timed out, 130 interrupted. This page is made by `python -m tests.support.texts`.",
        "",
        "| Code | What kpix says | When | Exit |",
        "|---|---|---|---|",
    ]
    for error in errors():
        when = " ".join((error.__doc__ or "").split())
        cells = (f"`{error.code}`", error.message, when, str(int(error.exit_code)))
        lines.append("| " + " | ".join(_cell(one) for one in cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def main() -> None:
    """Write what is out of date, and list what is left to translate."""
    for locale in ("fr",):
        catalogue_path(locale).write_bytes(updated(locale))
        for text in untranslated(locale):
            print(f"{locale}: {text}")
    ERRORS_PAGE.write_text(errors_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
