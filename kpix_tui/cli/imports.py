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
from kpix_tui.cli.errors import (
    ConditionInvalid,
    HeaderRowInvalid,
    MapInvalid,
    ParameterMissing,
)
from kpix_tui.cli.import_views import (
    record_of,
    require_new,
    sentences_of,
    tell_rows,
    write_rejects,
)
from kpix_tui.cli.output import Form, Output, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.types import NUMBER, Choice
from kpix_tui.domains.imports.views import (
    EVERY,
    Condition,
    DateForm,
    DecimalMark,
    ImportDone,
    ImportProgress,
    ImportValues,
    Mapping,
    NewKpiDefinition,
    Reading,
)
from kpix_tui.domains.kpis.views import Direction, Thresholds
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import ExitCode, message
from kpix_tui.kernel.periods import Frequency

if TYPE_CHECKING:
    from kpix_tui.db.uow import UnitOfWork

imports = Group("import", help=message("Bring in values from files."))


_ROLES = "kpi|period|value|comment"


def read_map(text: str) -> Mapping:
    """``kpi=COLUMN,period=COLUMN,value=COLUMN``; the names may contain commas. ``kpi`` and
    ``value`` may come several times; ``*`` for a period or a value means every column that is one.

    Raises:
        MapInvalid: it is something else, or period or value is not there.
    """
    parts = re.split(rf"(?:^|,)\s*({_ROLES})\s*=", text)
    columns: dict[str, list[str]] = {}
    for role, column in zip(parts[1::2], parts[2::2], strict=True):
        columns.setdefault(role, []).append(column.strip())
    period, comment = columns.get("period", []), columns.get("comment", [])
    value = columns.get("value", [])
    valid = (
        not parts[0].strip()
        and all(all(names) for names in columns.values())
        and len(period) == 1
        and len(comment) <= 1
        and (bool(value) is not (period == [EVERY]))
        and (EVERY not in value or len(value) == 1)
        and EVERY not in columns.get("kpi", [])
    )
    if not valid:
        raise MapInvalid(value=text, fields=("map",))
    return Mapping(
        period[0], tuple(value), tuple(columns.get("kpi", ())), comment[0] if comment else ""
    )


def write_map(mapping: Mapping) -> str:
    """The text that :func:`read_map` reads."""
    parts = [("kpi", one) for one in mapping.kpi] + [("period", mapping.period)]
    parts += [("value", one) for one in mapping.value]
    parts += [("comment", mapping.comment)] if mapping.comment else []
    return ",".join(f"{role}={column}" for role, column in parts)


def read_condition(text: str) -> Condition:
    """``COLUMN=VALUE`` or ``COLUMN!=VALUE``.

    Raises:
        ConditionInvalid: it is something else.
    """
    found = re.fullmatch(r"\s*(.+?)\s*(!?=)\s*(.*?)\s*", text, re.DOTALL)
    if found is None:
        raise ConditionInvalid(value=text, fields=("where",))
    return Condition(found[1], (found[3],), negated=found[2] == "!=")


def read_conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """Conditions on the same column are alternatives; those on several hold together."""
    gathered: dict[tuple[str, bool], Condition] = {}
    for one in map(read_condition, texts):
        before = gathered.get((one.column, one.negated))
        values = (*(before.values if before else ()), *one.values)
        gathered[one.column, one.negated] = Condition(one.column, values, one.negated)
    return tuple(gathered.values())


def read_rows(text: str | None) -> tuple[int, int] | None:
    """``5`` or ``5-7``: the rows of the header.

    Raises:
        HeaderRowInvalid: it is something else.
    """
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,6})(?:-([1-9]\d{0,6}))?", text.strip(), re.ASCII)
    if found is None or int(found[2] or found[1]) < int(found[1]):
        raise HeaderRowInvalid(value=text, fields=("header_row",))
    return int(found[1]), int(found[2] or found[1])


@command(
    imports,
    "values",
    message(
        "Bring in the values of a file: CSV, XLSX, XLSM, XLSB, XLS or ODS.\n"
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
        "kpix import values plan.xlsx --sheet 2026 --map 'kpi=Indicator,period=*'",
        "kpix import values ae.csv --map 'kpi=org,kpi=type,period=period,value=visits,value=late'",
    ),
)
@argument("path", metavar="FILE", help=message("The file."))
@option(
    "--map",
    "mapping",
    required=True,
    metavar="MAP",
    help=message("Which column holds what: kpi=COLUMN,period=COLUMN,value=COLUMN"),
)
@option("--sheet", default="", metavar="SHEET", help=message("The sheet of a workbook."))
@option(
    "--header-row",
    metavar="ROW",
    help=message("The row with the names of the columns, as 5; several as 5-7."),
)
@option(
    "--where",
    multiple=True,
    metavar="CONDITION",
    help=message("Only rows with COLUMN=VALUE or COLUMN!=VALUE; may be repeated."),
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
    "--date-form",
    type=Choice(DateForm),
    help=message("How the file writes days, where they do not tell."),
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
@option("--strict", is_flag=True, help=message("All or nothing: one refused row refuses the file."))
@option(
    "--rejects",
    metavar="FILE",
    help=message("Write the refused rows there as CSV, to be corrected and imported."),
)
@writes
@pass_session
def values(session: Session, out: Output, /, path: str, mapping: str, **given: Any) -> int:
    """Import values."""
    definition = _definition(given) if given["create_missing"] else None
    bar = _Bar()
    file = session.file(path)
    columns, reading = read_map(mapping), _reading(given)
    rejects = None if given["rejects"] is None else session.file(given["rejects"])
    if rejects is not None:
        require_new(rejects)
    try:
        done = session.run(
            _import, file, columns, given, reading=reading, definition=definition, bar=bar
        )
    finally:
        bar.clear()
    if rejects is not None and done.refusals:
        write_rejects(ImportValues(file, columns, reading=reading), rejects, done)
    out.done(record_of(done, path), *sentences_of(done))
    if out.form is Form.TEXT:
        tell_rows(session, out.canvas, done, rejects)
    accepted = done.inserted + done.corrected + done.unchanged + done.missing
    return ExitCode.REFUSED if done.refused and not accepted else ExitCode.DONE


def _reading(given: dict[str, Any]) -> Reading:
    return Reading(
        sheet=given["sheet"],
        header=read_rows(given["header_row"]),
        decimal_mark=given["decimal_mark"],
        date_form=given["date_form"],
        missing_markers=given["markers"],
        where=read_conditions(given["where"]),
    )


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
    given: dict[str, Any],
    *,
    reading: Reading,
    definition: NewKpiDefinition | None,
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
        reading=reading,
        dry_run=given["dry_run"],
        strict=given["strict"],
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
