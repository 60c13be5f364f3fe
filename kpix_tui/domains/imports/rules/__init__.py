"""Deciding what a file says: its header, its formats, and what each of its rows is. Pure."""

from __future__ import annotations

from kpix_tui.domains.imports.rules.columns import Numbered as Numbered
from kpix_tui.domains.imports.rules.columns import Region as Region
from kpix_tui.domains.imports.rules.columns import column_name as column_name
from kpix_tui.domains.imports.rules.columns import find_column as find_column
from kpix_tui.domains.imports.rules.columns import find_header as find_header
from kpix_tui.domains.imports.rules.columns import fold as fold
from kpix_tui.domains.imports.rules.columns import has_column as has_column
from kpix_tui.domains.imports.rules.columns import header_rows as header_rows
from kpix_tui.domains.imports.rules.columns import header_start as header_start
from kpix_tui.domains.imports.rules.columns import joined as joined
from kpix_tui.domains.imports.rules.columns import letter as letter
from kpix_tui.domains.imports.rules.columns import width as width
from kpix_tui.domains.imports.rules.dates import day_text as day_text
from kpix_tui.domains.imports.rules.dates import decide_date_form as decide_date_form
from kpix_tui.domains.imports.rules.judging import SHOWN as SHOWN
from kpix_tui.domains.imports.rules.judging import Accepted as Accepted
from kpix_tui.domains.imports.rules.judging import Layout as Layout
from kpix_tui.domains.imports.rules.judging import RawRow as RawRow
from kpix_tui.domains.imports.rules.judging import Readings as Readings
from kpix_tui.domains.imports.rules.judging import Verdict as Verdict
from kpix_tui.domains.imports.rules.judging import judge_rows as judge_rows
from kpix_tui.domains.imports.rules.judging import missing_by as missing_by
from kpix_tui.domains.imports.rules.judging import refusal as refusal
from kpix_tui.domains.imports.rules.layout import Places as Places
from kpix_tui.domains.imports.rules.layout import find_places as find_places
from kpix_tui.domains.imports.rules.layout import values_of as values_of
from kpix_tui.domains.imports.rules.matching import Target as Target
from kpix_tui.domains.imports.rules.matching import Targets as Targets
