"""Writes the page of commands of the guide: ``python -m kpix_tui.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from kpix_tui.cli.base import Command, Group
from kpix_tui.cli.main import root
from kpix_tui.i18n.catalog import current_locale, set_locale

_INTRODUCTION = """# Commands

<!-- Written by `python -m kpix_tui.cli.reference` from the commands themselves. -->

Data goes to stdout, narration and errors to stderr. Every command that reads takes `--json` and
`--csv`; numbers are exact and dates are ISO 8601. With `--json` an error is a problem object in the
shape of RFC 9457. A change that takes something away asks first, or wants `--yes` where there is
nobody to ask.

| exit code | means |
|---|---|
| 0 | done |
| 1 | refused by a rule, not found, not signed in |
| 2 | the command line or the configuration is wrong |
| 3 | the database cannot be reached |
| 4 | your role does not allow it |
| 5 | the database took too long |
| 130 | interrupted |

| environment | means |
|---|---|
| `KPIX_PASSWORD`, `KPIX_NEW_PASSWORD` | passwords, where they are not typed |
| `KPIX_TOKEN` | a session to act with, in place of the file that `kpix login` keeps |
| `KPIX_LOCALE`, `LANG` | the language: `en` or `fr` |
| `NO_COLOR`, `KPIX_ASCII` | no colours; no other signs than ASCII |
"""


def commands() -> Iterator[tuple[click.Context, click.Command]]:
    """Every command, groups before what they hold."""
    with click.Context(root, info_name="kpix", **root.context_settings) as ctx:
        yield ctx, root
        yield from _below(ctx, root)


def _below(parent: click.Context, group: Group) -> Iterator[tuple[click.Context, click.Command]]:
    for name, found in group.loaded():
        with click.Context(found, info_name=name, parent=parent) as ctx:
            yield ctx, found
            if isinstance(found, Group):
                yield from _below(ctx, found)


def page() -> str:
    """The whole page, in English."""
    spoken = current_locale()
    set_locale("en")
    try:
        parts = [_section(ctx, found) for ctx, found in commands()]
    finally:
        set_locale(spoken)
    return "\n".join([_INTRODUCTION, *parts])


def _section(ctx: click.Context, found: click.Command) -> str:
    level = "###" if isinstance(found, Command) and ctx.command_path.count(" ") > 1 else "##"
    return f"{level} {ctx.command_path}\n\n```text\n{_help(ctx, found)}\n```\n"


def _help(ctx: click.Context, found: click.Command) -> str:
    formatter = click.HelpFormatter(width=100)
    found.format_help(ctx, formatter)
    return formatter.getvalue().rstrip("\n")


if __name__ == "__main__":
    Path("docs/guide/commands.md").write_text(page(), encoding="utf-8")
