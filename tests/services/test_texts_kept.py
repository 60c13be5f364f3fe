"""What PostgreSQL cannot keep is refused in a sentence, wherever it is typed."""

from __future__ import annotations

import pytest

from kpix_tui.app.context import Context
from kpix_tui.db.errors import TextUnwritable
from kpix_tui.domains.dashboards.service import find_dashboard
from kpix_tui.domains.kpis.service import find_kpi
from kpix_tui.domains.plans.service import find_plan
from tests.services import factory
from tests.services.plans import plan


@pytest.mark.parametrize("text", ["a\0b", "a\udc80b"], ids=["NUL", "surrogate"])
def test_characters_that_cannot_be_kept(context: Context, text: str) -> None:
    board = factory.dashboard(context)
    with pytest.raises(TextUnwritable):
        factory.dashboard(context, text)
    with pytest.raises(TextUnwritable):
        factory.kpi(context, board, text)
    with pytest.raises(TextUnwritable):
        factory.kpi(context, board, unit=text)
    of = factory.kpi(context, board)
    for texts in ({"title": text}, {"description": text}, {"cause": text}, {"whys": ("a", text)}):
        with pytest.raises(TextUnwritable):
            plan(context, of, **texts)
    for find in (find_kpi, find_dashboard, find_plan):
        with pytest.raises(TextUnwritable):
            context.run(find, text)
