"""Importing values from files: read it all, judge every row, write what is accepted at once."""

from __future__ import annotations

from kpix_tui.domains.imports.service.importing import import_values as import_values
from kpix_tui.domains.imports.service.rejects import rejects_of as rejects_of
