"""``kpix import values FILE``."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.errors import MapInvalid, ParameterMissing
from kpix_tui.cli.output import Form, Output, write, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell, Heading, draw_table
from kpix_tui.cli.types import NUMBER, Choice
from kpix_tui.domains.imports.errors import KpiUnknown
from kpix_tui.domains.imports.views import (
    DecimalMark,
    ImportDone,
    ImportProgress,
    ImportValues,
    Mapping,
    NewKpiDefinition,
    Refusal,
)
from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.i18n.catalog import _, error_text, ngettext
from kpix_tui.kernel.errors import ExitCode, message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

imports = Group("import", help=message("Bring in values from files."))

_SHOWN = 20
"""Refusals that are listed for people; programs get them all."""


def read_map(text: str) -> Mapping:
    """``kpi=COLUMN,period=COLUMN,value=COLUMN``; the names may contain commas.

    Raises:
        MapInvalid: it is something else, or period or value is not there.
    """
    parts = re.split(r"(?:^|,)\s*(kpi|period|value)\s*=", text)
    names, columns = parts[1::2], [column.strip() for column in parts[2::2]]
    found = dict(zip(names, columns, strict=True))
    complete = {"period", "value"} <= found.keys() and all(columns)
    if parts[0].strip() or len(found) != len(names) or not complete:
        raise MapInvalid(value=text, fields=("map",))
    return Mapping(found["period"], found["value"], found.get("kpi"))


@command(
    imports,
    "values",
    message(
        "Bring in the values of a CSV file, one value a row.\n"
        "Every row is judged first. What can be read is written in one transaction; a row that "
        "cannot is refused and named with its column, its value and the reason; an empty value is "
        "missing and not refused. The same file again changes nothing.\n"
        "Exit code 0 when something was accepted or nothing was wrong, 1 when every row was "
        "refused or the file cannot be used."
    ),
    examples=(
        "kpix import values trains.csv --dashboard Transport --dry-run \\",
        "    --map 'kpi=Région,period=Date,value=Taux de régularité' --create-missing \\",
        "    --frequency MONTHLY --unit % --direction UP_IS_BETTER --green 95 --orange 92 --red 88",
        "kpix import values brent.csv --kpi BRENT --map 'period=Date,value=Price'",
    ),
)
@argument("path", metavar="FILE", help=message("The CSV file."))
@option(
    "--map",
    "mapping",
    required=True,
    metavar="MAP",
    help=message("Which column holds what: kpi=COLUMN,period=COLUMN,value=COLUMN"),
)
@option("--kpi", metavar="KPI", help=message("The one KPI of every row (code or name)."))
@option("--dashboard", metavar="DASHBOARD", help=message("Only KPIs of this one (title or id)."))
@option("--create-missing", is_flag=True, help=message("Create KPIs that are not there yet, with:"))
@option("--frequency", type=Choice(Frequency), help=message("New KPIs: how often measured."))
@option("--direction", type=Choice(Direction), help=message("New KPIs: which way is better."))
@option("--green", type=NUMBER, help=message("New KPIs: the worst value that is green."))
@option("--orange", type=NUMBER, help=message("New KPIs: the worst value that is orange."))
@option("--red", type=NUMBER, help=message("New KPIs: the worst value that is not critical."))
@option("--target", type=NUMBER, help=message("New KPIs: what is aimed at."))
@option("--unit", default="", metavar="TEXT", help=message("New KPIs: as %, min, €."))
@option(
    "--decimal-mark",
    type=Choice(DecimalMark),
    help=message("The decimal mark of the file, where its numbers do not tell."),
)
@option(
    "--missing",
    "markers",
    multiple=True,
    metavar="TEXT",
    help=message("What stands for a missing value, as n/a; may be repeated."),
)
@option("--reason", default="", metavar="TEXT", help=message("Why values are corrected."))
@option("--dry-run", is_flag=True, help=message("Say what would happen; write nothing."))
@writes
@pass_session
def values(session: Session, out: Output, /, path: str, mapping: str, **given: Any) -> int:
    """Import values."""
    definition = _definition(given) if given["create_missing"] else None
    bar = _Bar()
    file = session.file(path)
    done = session.run(_import, file, read_map(mapping), definition, given, bar=bar)
    bar.clear()
    out.done(_record(done, path), *_sentences(done))
    if out.form is Form.TEXT and done.refusals:
        _tell_refusals(session, out.canvas, done.refusals)
    accepted = done.inserted + done.corrected + done.unchanged + done.missing
    return ExitCode.REFUSED if done.refused and not accepted else ExitCode.DONE


def _definition(given: dict[str, Any]) -> NewKpiDefinition:
    needed = ("dashboard", "frequency", "direction", "green", "orange")
    absent = [name for name in needed if given[name] is None]
    if absent:
        path = click.get_current_context().command_path
        names = ", ".join(f"--{name}" for name in absent)
        raise ParameterMissing(names=names, path=path, fields=tuple(absent))
    return NewKpiDefinition(
        frequency=given["frequency"],
        direction=given["direction"],
        thresholds=Thresholds(given["green"], given["orange"], given["red"], given["target"]),
        unit=given["unit"],
    )


def _import(
    uow: UnitOfWork,
    path: Path,
    mapping: Mapping,
    definition: NewKpiDefinition | None,
    given: dict[str, Any],
    *,
    bar: _Bar,
) -> ImportDone:
    from kpix_tui.domains.dashboards.service import find_dashboard  # noqa: PLC0415 - SQLAlchemy
    from kpix_tui.domains.imports.service import import_values  # noqa: PLC0415

    named = given["dashboard"]
    command = ImportValues(
        path=path,
        mapping=mapping,
        dashboard_id=None if named is None else find_dashboard(uow, named).id,
        kpi=given["kpi"],
        create=definition,
        decimal_mark=given["decimal_mark"],
        missing_markers=given["markers"],
        dry_run=given["dry_run"],
        reason=given["reason"],
    )
    return import_values(uow, command, progress=bar)


class _Bar:
    """How far the import is, on a line of its own that goes away; only where somebody watches."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._began = self._told = time.monotonic()

    def __call__(self, progress: ImportProgress) -> None:
        """Say it, ten times a second at most."""
        now = time.monotonic()
        if not self._watched or now - self._told < 0.1:
            return
        self._told = now
        rate = round(progress.done / max(now - self._began, 0.001))
        text = _("{done} of {total} rows, {rate} rows/s").format(
            done=progress.done, total=progress.total or "…", rate=rate
        )
        click.echo(f"\r\x1b[K{text}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._watched:
            click.echo("\r\x1b[K", err=True, nl=False)


def _record(done: ImportDone, path: str) -> dict[str, object]:
    return {
        "file": path,
        "dry_run": done.dry_run,
        "rows": done.rows,
        "inserted": done.inserted,
        "corrected": done.corrected,
        "unchanged": done.unchanged,
        "missing": done.missing,
        "refused": done.refused,
        "refusals": [
            {
                "row": refusal.row,
                "column": refusal.column,
                "value": refusal.value,
                "reason": error_text(refusal.error),
                "code": refusal.code,
            }
            for refusal in done.refusals
        ],
        "kpis_created": done.kpis_created,
        "delimiter": done.delimiter,
        "encoding": done.encoding,
        "decimal_mark": done.decimal_mark,
    }


def _sentences(done: ImportDone) -> list[str]:
    sentences = [_("Dry run: nothing was written.")] if done.dry_run else []
    counts = _(
        "{rows} rows: {inserted} inserted, {corrected} corrected, {unchanged} unchanged, "
        "{missing} missing, {refused} refused."
    )
    sentences.append(
        counts.format(
            rows=done.rows,
            inserted=done.inserted,
            corrected=done.corrected,
            unchanged=done.unchanged,
            missing=done.missing,
            refused=done.refused,
        )
    )
    if done.encoding == "windows-1252":
        sentences.append(_("Read as Windows-1252, since it is not UTF-8: look at its accents."))
    if done.kpis_created:
        text = ngettext("{count} KPI created.", "{count} KPIs created.", len(done.kpis_created))
        sentences.append(text.format(count=len(done.kpis_created)))
    return sentences


def _tell_refusals(session: Session, canvas: Canvas, refusals: Sequence[Refusal]) -> None:
    headings = (
        Heading(_("Row"), right=True),
        Heading(_("Column"), flexible=True, least=10),
        Heading(_("Value"), flexible=True, least=10),
        Heading(_("Reason"), flexible=True, least=20),
    )
    rows = [
        (Cell(str(one.row)), Cell(one.column), Cell(one.value), Cell(error_text(one.error)))
        for one in refusals[:_SHOWN]
    ]
    write("\n" + "\n".join(draw_table(headings, rows, canvas)) + "\n")
    if any(isinstance(refusal.error, KpiUnknown) for refusal in refusals):
        session.tell(_("To create the KPIs that are not there yet: --create-missing"))
    if len(refusals) > _SHOWN:
        session.tell(
            _("{count} more refused rows: --json names them all.").format(
                count=len(refusals) - _SHOWN
            )
        )
