"""What an import did, for people and for programs."""

from __future__ import annotations

from pathlib import Path

from kpix_tui.app.files import replace_file
from kpix_tui.cli.figures import status_word
from kpix_tui.cli.output import write
from kpix_tui.cli.session import Session
from kpix_tui.cli.text import Canvas, Cell, Heading, draw_table
from kpix_tui.domains.imports.errors import KpiUnknown, RejectsExist, RejectsUnwritable
from kpix_tui.domains.imports.views import ImportDone, ImportValues
from kpix_tui.i18n.catalog import _, current_locale, error_text, ngettext
from kpix_tui.i18n.formats import format_exactly, format_period

_SHOWN = 20
"""Rows that are listed for people; programs get them all."""


def record_of(done: ImportDone, path: str) -> dict[str, object]:
    """For programs."""
    return {
        "file": path,
        "dry_run": done.dry_run,
        "rows": done.rows,
        "skipped": done.skipped,
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
        "corrections": [
            {"kpi": one.code, "period_start": one.period_start, "old": one.old, "new": one.new}
            for one in done.corrections
        ],
        "statuses": [
            {
                "kpi": one.code,
                "before": one.before,
                "before_critical": one.before_critical,
                "after": one.after,
                "after_critical": one.after_critical,
            }
            for one in done.moves
        ],
        "kpis_created": done.kpis_created,
        "delimiter": done.delimiter,
        "encoding": done.encoding,
        "sheet": done.sheet,
        "header_rows": list(done.header),
        "decimal_mark": done.decimal_mark,
        "number_forms": [
            {
                "column": one.column,
                "decimal_mark": one.mark,
                "example": one.cell,
                "read_as": one.number,
            }
            for one in done.number_forms
        ],
        "date_form": done.date_form,
    }


def sentences_of(done: ImportDone) -> list[str]:
    """For people: what happened, and how the file was read."""
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
    if done.skipped:
        text = ngettext(
            "{count} row is left out by --where.",
            "{count} rows are left out by --where.",
            done.skipped,
        )
        sentences.append(text.format(count=done.skipped))
    if done.kpis_created:
        text = ngettext("{count} KPI created.", "{count} KPIs created.", len(done.kpis_created))
        sentences.append(text.format(count=len(done.kpis_created)))
    if done.moves:
        text = ngettext(
            "{count} KPI changes its status.",
            "{count} KPIs change their status.",
            len(done.moves),
        )
        sentences.append(text.format(count=len(done.moves)))
    return sentences + _how_read(done)


def _how_read(done: ImportDone) -> list[str]:
    sentences = []
    if done.sheet:
        text = _("Read from the sheet {sheet}, columns named in row {row}.")
        sentences.append(text.format(sheet=done.sheet, row=_rows(done.header)))
    elif done.header != (1, 1):
        text = _("Columns are named in row {row}.")
        sentences.append(text.format(row=_rows(done.header)))
    locale = current_locale()
    for form in done.number_forms:
        if form.cell and form.cell != format(form.number, "f"):
            text = _("Numbers as {cell} are read as {number}.")
            number = format_exactly(form.number, locale)
            sentences.append(text.format(cell=form.cell, number=number))
            break
    if done.encoding == "windows-1252":
        sentences.append(_("Read as Windows-1252, since it is not UTF-8: look at its accents."))
    if done.blind:
        sentences.append(
            _(
                "This kind of workbook does not tell percentages and errors: 52 % is read as 0.52, "
                "an error as missing. Saved as XLSX it does."
            )
        )
    return sentences


def _rows(header: tuple[int, int]) -> str:
    first, last = header
    return str(first) if first == last else f"{first}-{last}"


def tell_rows(session: Session, canvas: Canvas, done: ImportDone, rejects: Path | None) -> None:
    """The values that change, the statuses that move and the rows that are refused, in tables."""
    if done.corrections:
        _tell_corrections(canvas, done)
    if done.moves:
        _tell_moves(canvas, done)
    if done.refusals:
        _tell_refusals(session, canvas, done, rejects)


def _tell_corrections(canvas: Canvas, done: ImportDone) -> None:
    locale = current_locale()
    headings = (
        Heading(_("KPI"), flexible=True, least=10),
        Heading(_("Period")),
        Heading(_("Old value"), right=True),
        Heading(_("New value"), right=True),
    )
    rows = [
        (
            Cell(one.code),
            Cell(format_period(one.period_start, one.frequency, locale)),
            Cell(format_exactly(one.old, locale)),
            Cell(format_exactly(one.new, locale)),
        )
        for one in done.corrections[:_SHOWN]
    ]
    write("\n" + "\n".join(draw_table(headings, rows, canvas)) + "\n")


def _tell_moves(canvas: Canvas, done: ImportDone) -> None:
    headings = (
        Heading(_("KPI"), flexible=True, least=10),
        Heading(_("Status before")),
        Heading(_("Status after")),
    )
    rows = [
        (
            Cell(one.code),
            Cell(status_word(one.before, one.before_critical)),
            Cell(status_word(one.after, one.after_critical)),
        )
        for one in done.moves[:_SHOWN]
    ]
    write("\n" + "\n".join(draw_table(headings, rows, canvas)) + "\n")


def _tell_refusals(
    session: Session, canvas: Canvas, done: ImportDone, rejects: Path | None
) -> None:
    headings = (
        Heading(_("Row"), right=True),
        Heading(_("Column"), flexible=True, least=10),
        Heading(_("Value"), flexible=True, least=10),
        Heading(_("Reason"), flexible=True, least=20),
    )
    rows = [
        (Cell(str(one.row)), Cell(one.column), Cell(one.value), Cell(error_text(one.error)))
        for one in done.refusals[:_SHOWN]
    ]
    write("\n" + "\n".join(draw_table(headings, rows, canvas)) + "\n")
    if any(isinstance(refusal.error, KpiUnknown) for refusal in done.refusals):
        session.tell(_("To create the KPIs that are not there yet: --create-missing"))
    if rejects is not None:
        session.tell(_("The refused rows are in {path}.").format(path=rejects))
    elif len(done.refusals) > _SHOWN:
        session.tell(
            _("{count} more refused rows: --rejects FILE writes them all.").format(
                count=len(done.refusals) - _SHOWN
            )
        )


def require_new(path: Path) -> None:
    """Nothing is at this path.

    Raises:
        RejectsExist: something is.
    """
    if path.exists():
        raise RejectsExist(path=str(path), fields=("rejects",))


def write_rejects(asked: ImportValues, path: Path, done: ImportDone) -> None:
    """Write the refused rows to ``path``, with a mark that tells spreadsheets the encoding.

    Raises:
        RejectsUnwritable: it cannot be written.
    """
    from kpix_tui.domains.imports.service import rejects_of  # noqa: PLC0415 - SQLAlchemy

    text = rejects_of(asked, done, error_text)
    try:
        replace_file(path, "\ufeff" + text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RejectsUnwritable(path=str(path), reason=reason, fields=("rejects",)) from error
