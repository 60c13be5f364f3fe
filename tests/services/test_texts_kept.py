"""What PostgreSQL cannot keep is refused in a sentence, wherever it is typed."""

from __future__ import annotations

import pytest

from kpix_tui.app.context import Context
from kpix_tui.db.errors import TextUnwritable
from kpix_tui.domains.dashboards.service import find_dashboard
from kpix_tui.domains.kpis.service import find_kpi
from tests.services import factory


@pytest.mark.parametrize("text", ["a\0b", "a\udc80b"], ids=["NUL", "surrogate"])
def test_characters_that_cannot_be_kept(context: Context, text: str) -> None:
    board = factory.dashboard(context)
    with pytest.raises(TextUnwritable):
        factory.dashboard(context, text)
    with pytest.raises(TextUnwritable):
        factory.kpi(context, board, text)
    with pytest.raises(TextUnwritable):
        factory.kpi(context, board, unit=text)
    for find in (find_kpi, find_dashboard):
        with pytest.raises(TextUnwritable):
            context.run(find, text)
