"""What can go wrong with an import: of the file as a whole, or of one of its rows."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, InputInvalid, NotFound, message


class FileMissing(NotFound):
    """Nothing is at this path."""

    code = "import.file_missing"
    message = message("There is no file {path}.")


class FileIsFolder(InputInvalid):
    """The path names a folder."""

    code = "import.file_is_folder"
    message = message("{path} is a folder: name a file in it.")


class FileNotRegular(InputInvalid):
    """A device, a pipe or a socket: it could be read only once, or for ever."""

    code = "import.file_not_regular"
    message = message("{path} is not an ordinary file: save it as a file first.")


class FileUnreadable(InputInvalid):
    """The system refuses to read it."""

    code = "import.file_unreadable"
    message = message("The file {path} cannot be read: {reason}")


class FileEmpty(InputInvalid):
    """Not even a header."""

    code = "import.file_empty"
    message = message("The file {path} is empty: it needs a line of column names, then the rows.")


class FileWithoutRows(InputInvalid):
    """A header and nothing below it."""

    code = "import.file_without_rows"
    message = message("The file {path} has column names and no row below them.")


class WorkbookLocked(InputInvalid):
    """A workbook that asks for a password."""

    code = "import.workbook_locked"
    message = message("{path} is protected by a password: save it without one, then import that.")


class WorkbookTooLarge(InputInvalid):
    """What the workbook unpacks to is more than is read: too many cells, or a trap."""

    code = "import.workbook_too_large"
    message = message(
        "{path} unpacks to more than is read at once: keep the rows that you need, in a new file."
    )


class WorkbookBroken(InputInvalid):
    """It begins like a workbook and cannot be read as one."""

    code = "import.workbook_broken"
    message = message(
        "{path} is a damaged workbook or none ({reason}): "
        "open it in a spreadsheet program and save it again."
    )


class SheetMissing(InputInvalid):
    """The workbook has no sheet of this name."""

    code = "import.sheet_missing"
    message = message("There is no sheet {sheet} in {path}. Sheets: {sheets}")


class HeaderMissing(InputInvalid):
    """The row that was said to be the header has nothing in it."""

    code = "import.header_missing"
    message = message("There is nothing in row {row} of {path}, which was to name the columns.")


class FileChanged(InputInvalid):
    """Somebody wrote to the file while it was read."""

    code = "import.file_changed"
    message = message("{path} was changed while it was read: nothing was written. Import it again.")


class FileNotText(InputInvalid):
    """Bytes that are no text in any encoding that is read."""

    code = "import.file_not_text"
    message = message(
        "{path} is not a text file in UTF-8, UTF-16 (with its mark) or Windows-1252: "
        "save it as CSV in UTF-8."
    )


class FileTooLarge(InputInvalid):
    """More than is read at once."""

    code = "import.file_too_large"
    message = message(
        "{path} has {size} MB, and at most {limit} MB are imported at once: "
        "split it into several files."
    )


class TooManyRows(InputInvalid):
    """More rows than are read at once."""

    code = "import.too_many_rows"
    message = message(
        "{path} has more than {limit} rows, the most that are imported at once: "
        "split it into several files."
    )


class CellTooLong(InputInvalid):
    """No cell of real data is that long; usually a quote is not closed."""

    code = "import.cell_too_long"
    message = message(
        "Row {row} of {path} is too long: a cell has at most {limit} characters. "
        "Shorten it, or close the quote that it opens."
    )


class QuotesBroken(InputInvalid):
    """A quote that is not closed, or text right after one that is."""

    code = "import.quotes_broken"
    message = message(
        'The quotes (") in row {row} of {path} do not match: '
        "close the quote, or double it inside a text."
    )


class ColumnMissing(InputInvalid):
    """The file has no column of the name that the mapping gives."""

    code = "import.column_missing"
    message = message("There is no column {column}. Columns: {columns}")


class ColumnRepeated(InputInvalid):
    """Several columns have the name that the mapping gives."""

    code = "import.column_repeated"
    message = message(
        "Several columns are called {column}: use one of the letters {letters} instead."
    )


class ColumnUsedTwice(InputInvalid):
    """One column cannot hold two things."""

    code = "import.column_used_twice"
    message = message("The column {column} is mapped twice: name a column of its own for each.")


class KpiNotNamed(InputInvalid):
    """Neither a column nor an option says which KPI the values belong to, or both do."""

    code = "import.kpi_not_named"
    message = message("Name either the column that holds the KPI of each row, or one KPI for all.")


class DashboardNotNamed(InputInvalid):
    """New KPIs need a dashboard to stand on."""

    code = "import.dashboard_not_named"
    message = message("Name the dashboard on which missing KPIs are created.")


class NumberFormatAmbiguous(InputInvalid):
    """Nothing in the column says which sign is the decimal mark."""

    code = "import.number_format_ambiguous"
    message = message(
        "{value} in the column {column} can be read as {with_point} or as {with_comma}, "
        "and no other cell decides: say which decimal mark the file uses."
    )


class RowTooWide(InputInvalid):
    """More cells than columns: a delimiter stands in a text or a number without quotes."""

    code = "import.row_too_wide"
    message = message(
        "The row has {cells} cells for {columns} columns: "
        "quote the cell that contains the delimiter {delimiter}."
    )


class KpiBlank(InputInvalid):
    """The row does not say which KPI it belongs to."""

    code = "import.kpi_blank"
    message = message("The row names no KPI.")


class KpiUnknown(NotFound):
    """No KPI that the actor may see has this code or name, and none is to be created."""

    code = "import.kpi_unknown"
    message = message("There is no KPI {name}.")


class KpiAmbiguous(InputInvalid):
    """Several KPIs have this name."""

    code = "import.kpi_ambiguous"
    message = message("Several KPIs are called {name}: use one of the codes {codes}.")


class PeriodBlank(InputInvalid):
    """The row has a value and no period."""

    code = "import.period_blank"
    message = message("The row has a value and no period.")


class RowRepeated(InputInvalid):
    """An earlier row of the file has a value for the same KPI and period."""

    code = "import.row_repeated"
    message = message("Row {first_row} already gives the value {value} for this KPI and period.")


class KpiNearlyKnown(NotFound):
    """No KPI has this name, and one has nearly the same."""

    code = "import.kpi_nearly_known"
    message = message("There is no KPI {name}. Is it {near}?")


class CellInError(InputInvalid):
    """A spreadsheet could not work the cell out."""

    code = "import.cell_in_error"
    message = message("The spreadsheet shows the error {value}: mend its formula.")


class NoPeriodColumns(InputInvalid):
    """No column's name is a period."""

    code = "import.no_period_columns"
    message = message("No column is named by a period, as 2026-11, Nov 2026 or 2026-Q4.")


class NoValueColumns(InputInvalid):
    """There is no column besides those that are mapped to something else."""

    code = "import.no_value_columns"
    message = message("There is no column of values besides those that are mapped.")


class DateFormAmbiguous(InputInvalid):
    """Nothing in the column says whether the day or the month comes first."""

    code = "import.date_form_ambiguous"
    message = message(
        "{value} in the column {column} can be read as {day_first} or as {month_first}, "
        "and no other cell decides: say which comes first, the day or the month."
    )


class DateFormsMixed(InputInvalid):
    """A column in which both the day and the month come first."""

    code = "import.date_forms_mixed"
    message = message(
        "The column {column} has days first ({day_first}) and months first ({month_first}): "
        "write its dates in one form."
    )


class DateSerials(InputInvalid):
    """Days by number, and two ways to count them."""

    code = "import.date_serials"
    message = message(
        "{value} in the column {column} is a day by its number, {serial_1900} or {serial_1904}: "
        "say which of the two calendars counts it."
    )


class RowsRefused(InputInvalid):
    """All or nothing was asked for."""

    code = "import.rows_refused"
    message = message(
        "{refused} rows are refused, the first is row {row}: {reason} Nothing was written."
    )


class RejectsExist(Conflict):
    """The file for the refused rows is there already."""

    code = "import.rejects_exist"
    message = message("{path} is there already: name another file for the refused rows.")


class RejectsUnwritable(InputInvalid):
    """The file for the refused rows cannot be written."""

    code = "import.rejects_unwritable"
    message = message("The refused rows cannot be written to {path}: {reason}")
