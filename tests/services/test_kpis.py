"""KPIs: create, find, update with thresholds, delete."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards.errors import DashboardArchived, DashboardNotFound
from kpix_tui.domains.dashboards.service import archive_dashboard
from kpix_tui.domains.kpis import service
from kpix_tui.domains.kpis.errors import (
    KpiCodeInvalid,
    KpiCodeTaken,
    KpiDecimalsInvalid,
    KpiHasValues,
    KpiNameInvalid,
    KpiNotFound,
    KpiTextTooLong,
    ThresholdNotFinite,
    ThresholdsNotMonotone,
)
from kpix_tui.domains.kpis.views import ALWAYS, CreateKpi, Direction, Status, Thresholds
from kpix_tui.domains.overview.service import list_kpis
from kpix_tui.domains.values.service import list_values, update_kpi
from kpix_tui.kernel.errors import KpixError, StaleVersion
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.periods import Frequency
from tests.services import factory

People = Callable[[str | None], Context]


def test_a_code_is_made_from_the_name(context: Context) -> None:
    board = factory.dashboard(context)
    codes = [
        factory.kpi(context, board, name).code
        for name in ("Haute Normandie", "haute-normandie", "…")
    ]
    assert codes == ["HAUTE-NORMANDIE", "HAUTE-NORMANDIE-2", "KPI"]


def test_it_is_found_by_code_and_by_id(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context), code="ter-1")
    assert context.run(service.find_kpi, " TER-1 ") == made
    assert context.run(service.find_kpi, str(made.id)) == made
    with pytest.raises(KpiNotFound):
        context.run(service.find_kpi, "TER-2")


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"name": " "}, KpiNameInvalid, "name"),
        ({"code": "no spaces"}, KpiCodeInvalid, "code"),
        ({"unit": "u" * 21}, KpiTextTooLong, "unit"),
        ({"description": "d" * 4001}, KpiTextTooLong, "description"),
        ({"decimals": 11}, KpiDecimalsInvalid, "decimals"),
        ({"thresholds": Thresholds(Decimal(90), Decimal(95))}, ThresholdsNotMonotone, "orange"),
        ({"thresholds": Thresholds(Decimal("NaN"), Decimal(95))}, ThresholdNotFinite, "green"),
        (
            {"thresholds": Thresholds(Decimal(99), Decimal(95), None, Decimal("inf"))},
            ThresholdNotFinite,
            "target",
        ),
    ],
)
def test_a_definition_that_cannot_be_accepted(
    context: Context, changes: dict[str, Any], error: type[KpixError], field: str
) -> None:
    board = factory.dashboard(context)
    with pytest.raises(error) as refused:
        factory.kpi(context, board, **changes)
    assert refused.value.fields == (field,)
    assert context.run(list_kpis).total == 0


def test_a_code_is_given_once_and_free_after_deletion(context: Context) -> None:
    board = factory.dashboard(context)
    first = factory.kpi(context, board, code="ONE")
    with pytest.raises(KpiCodeTaken):
        factory.kpi(context, board, code="one")
    context.run(service.delete_kpi, first.id)
    with pytest.raises(KpiNotFound):
        context.run(service.get_kpi, first.id)
    assert factory.kpi(context, board, code="ONE").id != first.id


def test_a_kpi_needs_a_dashboard_that_takes_it(context: Context) -> None:
    board = factory.dashboard(context)
    context.run(archive_dashboard, board.id)
    with pytest.raises(DashboardArchived):
        factory.kpi(context, board)
    command = CreateKpi(new_id(), "X", Direction.UP_IS_BETTER, Frequency.DAILY, factory.BANDS)
    with pytest.raises(DashboardNotFound):
        context.run(service.create_kpi, command)


def test_new_thresholds_recompute_what_they_concern(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    for month, number in ((6, "93"), (7, "93"), (8, "93")):
        factory.value(context, made, date(2026, month, 1), number)
    changed = context.run(
        update_kpi,
        factory.update(
            made, thresholds=Thresholds(Decimal(93), Decimal(90)), thresholds_from=date(2026, 7, 31)
        ),
    )
    assert changed.recomputed.changed == 2
    assert changed.recomputed.before[Status.ORANGE] == 2
    assert changed.recomputed.after[Status.GREEN] == 2
    statuses = [row.status for row in context.run(list_values, made.id).rows]
    assert statuses == [Status.GREEN, Status.GREEN, Status.ORANGE]
    assert [row.revision for row in context.run(list_values, made.id).rows] == [1, 1, 1]


def test_the_first_thresholds_can_be_replaced(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    factory.value(context, made, date(2026, 6, 1), "93")
    bands = Thresholds(Decimal(50), Decimal(40), Decimal(30), Decimal(60))
    changed = context.run(update_kpi, factory.update(made, thresholds=bands))
    assert changed.statuses_changed == 1
    found = context.run(service.get_kpi, made.id)
    assert [(dated.valid_from, dated.thresholds) for dated in found.thresholds] == [(ALWAYS, bands)]


def test_direction_and_frequency_are_fixed_once_there_are_values(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    flat = Thresholds(Decimal(5), Decimal(5))
    turned = factory.update(made, direction=Direction.DOWN_IS_BETTER, thresholds=flat)
    assert context.run(update_kpi, turned).version == 2
    made = context.run(service.get_kpi, made.id)
    factory.value(context, made, date(2026, 6, 1), "93")
    with pytest.raises(KpiHasValues):
        context.run(update_kpi, factory.update(made, frequency=Frequency.DAILY))


def test_turning_the_direction_needs_thresholds_that_fit(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    with pytest.raises(ThresholdsNotMonotone):
        context.run(update_kpi, factory.update(made, direction=Direction.DOWN_IS_BETTER))


def test_two_people_editing_do_not_overwrite_each_other(context: Context) -> None:
    made = factory.kpi(context, factory.dashboard(context))
    context.run(update_kpi, factory.update(made, name="First"))
    with pytest.raises(StaleVersion):
        context.run(update_kpi, factory.update(made, name="Second"))
    assert context.run(service.get_kpi, made.id).name == "First"


def test_update_takes_no_code_that_is_used(context: Context) -> None:
    board = factory.dashboard(context)
    factory.kpi(context, board, code="ONE")
    two = factory.kpi(context, board, code="TWO")
    with pytest.raises(KpiCodeTaken):
        context.run(update_kpi, factory.update(two, code="one"))


def test_roles(as_person: People) -> None:
    admin, user = as_person("acme/admin"), as_person("acme/user")
    made = factory.kpi(admin, factory.dashboard(admin))
    mine = factory.kpi(user, factory.dashboard(user, "Mine"), "Mine")
    with pytest.raises(OutOfScope):
        user.run(update_kpi, factory.update(made, name="x"))
    with pytest.raises(OutOfScope):
        user.run(service.delete_kpi, made.id)
    with pytest.raises(PermissionMissing):
        as_person("acme/viewer").run(service.delete_kpi, mine.id)
    user.run(update_kpi, factory.update(mine, name="x"))
    with pytest.raises(KpiNotFound):
        as_person("globex/admin").run(service.get_kpi, made.id)


def test_definitions_for_matching(context: Context) -> None:
    board, other = factory.dashboard(context, "One"), factory.dashboard(context, "Two")
    factory.kpi(context, board, "B")
    factory.kpi(context, other, "A")
    assert [found.name for found in context.run(service.list_definitions)] == ["A", "B"]
    assert [found.name for found in context.run(service.list_definitions, board.id)] == ["B"]
