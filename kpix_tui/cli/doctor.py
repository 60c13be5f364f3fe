"""``kpix doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kpix_tui.cli.base import Command
from kpix_tui.cli.output import Form, Listing, Output, reads, write
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import ExitCode, message
from kpix_tui.kernel.paging import Page

if TYPE_CHECKING:
    from kpix_tui.app.doctor import Check

_STATES = {
    "ok": ("●", "*", message("Well"), "green"),
    "warning": ("▲", "^", message("Warning"), "yellow"),
    "problem": ("■", "#", message("Problem"), "red"),
}


_NAMES = {
    "version": message("version"),
    "settings": message("settings"),
    "settings.unknown": message("unknown settings"),
    "home": message("data folder"),
    "state": message("state folder"),
    "log": message("log"),
    "disk": message("disk"),
    "server": message("server"),
    "server.version": message("server version"),
    "encryption": message("encryption"),
    "role": message("login role"),
    "clock": message("clock"),
    "schema": message("tables"),
    "session": message("session"),
}
"""The checks as people read them; programs get their stable names."""


def _record(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "state": check.state,
        "detail": check.detail,
        "advice": check.advice,
    }


def _headings() -> Sequence[Heading]:
    return (Heading(_("State")), Heading(_("What")), Heading(_("Finding")))


def _cells(check: Check, canvas: Canvas) -> Sequence[Cell]:
    glyph, ascii_glyph, word, color = _STATES[check.state]
    return (
        Cell(f"{ascii_glyph if canvas.ascii else glyph} {_(word)}", color),
        Cell(_(_NAMES[check.name])),
        Cell(check.detail),
    )


_CHECKS = Listing(_record, ("name", "state", "detail", "advice"), _headings, _cells, "")


@click.command(
    cls=Command,
    help=message(
        "Check the set-up and say what to do.\n"
        "Looks at the settings, the folders, the log, the database and its tables, and your "
        "session. Exit code 1 when something keeps kpix from working."
    ),
    examples=("kpix doctor", "kpix doctor --json"),
)
@reads
@pass_session
def doctor(session: Session, out: Output) -> int:
    """Diagnose."""
    from kpix_tui.app.doctor import diagnose  # noqa: PLC0415 - brings SQLAlchemy

    session.logged = False  # a log that cannot be written is one of the findings
    checks = diagnose(session.context)
    out.listing(_CHECKS, Page(checks, len(checks)))
    if out.form is Form.TEXT:
        _advise(checks)
    problem = any(check.state == "problem" for check in checks)
    return ExitCode.REFUSED if problem else ExitCode.DONE


def _advise(checks: Sequence[Check]) -> None:
    todo = [check for check in checks if check.advice]
    if todo:
        lines = "".join(f"  {_(_NAMES[check.name])}: {check.advice}\n" for check in todo)
        title = _("What to do:")  # not inside the f-string, where extraction does not see it
        write(f"\n{title}\n{lines}")
