"""Reading files into rows of cells. No database, no decisions on values."""

from __future__ import annotations

from kpix_tui.domains.imports.reader.source import Source as Source
from kpix_tui.domains.imports.reader.source import open_source as open_source
from kpix_tui.domains.imports.reader.table import Table as Table
from kpix_tui.domains.imports.reader.table import read_table as read_table
