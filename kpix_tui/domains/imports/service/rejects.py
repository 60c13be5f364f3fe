"""The refused rows of a file as a file of their own, to be corrected and imported again."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable

from kpix_tui.domains.imports.reader import open_source
from kpix_tui.domains.imports.reader.table import names_of, read_heading
from kpix_tui.domains.imports.rules import column_name
from kpix_tui.domains.imports.rules.layout import OURS
from kpix_tui.domains.imports.views import ImportDone, ImportValues, Refusal
from kpix_tui.kernel.errors import KpixError


def rejects_of(command: ImportValues, done: ImportDone, explain: Callable[[KpixError], str]) -> str:
    """The rows of ``done.refusals`` as CSV, under the names of their columns.

    Before them stand the row's number, the column to blame and the reason; an import passes over
    those, so that the corrected file goes in with the same mapping.

    Raises:
        those of ``open_source``: the file cannot be read any more.
    """
    by_row: dict[int, list[Refusal]] = {}
    for refusal in done.refusals:
        by_row.setdefault(refusal.row, []).append(refusal)
    text = io.StringIO()
    names = names_of(command.mapping)
    reading = command.reading
    with open_source(command.path, names, reading.sheet) as source:
        heading = read_heading(source, command.path, names, reading.header)
        writer = csv.writer(text, delimiter=source.delimiter or ",", lineterminator="\r\n")
        header = [column_name(heading.names, place) for place in range(len(heading.names))]
        writer.writerow((*OURS, *header))
        for number, cells in itertools.chain(heading.below, source.rows):
            if number not in by_row:
                continue
            faults = by_row.pop(number)
            columns = ", ".join(dict.fromkeys(one.column for one in faults))
            reasons = " ".join(dict.fromkeys(explain(one.error) for one in faults))
            writer.writerow((number, columns, reasons, *cells))
            if not by_row:
                break
    return text.getvalue()
