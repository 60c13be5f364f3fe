"""What the log writes down has a name, and what people type about it is read as they mean it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from kpix_tui.app.audit import (
    RESOURCES,
    Asked,
    action_words,
    actor_words,
    object_words,
    said,
    summary,
)
from kpix_tui.domains.audit.errors import (
    AuditActionUnknown,
    AuditPeriodEmpty,
    MomentInvalid,
    RetentionInvalid,
)
from kpix_tui.domains.audit.rules import (
    ACTIONS,
    actions_called,
    actions_like,
    changes,
    check_period,
    check_retention,
    ids_in,
    read_moment,
    resources,
)
from kpix_tui.domains.audit.views import AuditFilter, AuditRow, Change
from kpix_tui.i18n.catalog import set_locale
from kpix_tui.resources import migrations

SQL = "\n".join(path.read_text() for path in (migrations() / "sql").glob("*.sql"))
WRITTEN = set(re.findall(r"'([a-z_]+\.[a-z_]+)'", SQL)) - {"kpix.principal"}
TRIGGERS = set(re.findall(r"private\.audit_row\('([a-z_]+)'", SQL))


def test_everything_that_is_written_down_has_a_name() -> None:
    assert {action for action in WRITTEN if action.partition(".")[0] in resources()} <= set(ACTIONS)
    assert {f"{kind}.created" for kind in TRIGGERS} <= set(ACTIONS)
    assert set(resources()) == set(RESOURCES)


def test_nothing_has_a_name_that_is_never_written_down() -> None:
    by_triggers = {
        f"{kind}.{verb}"
        for kind in TRIGGERS
        for verb in ("created", "updated", "deleted", "archived", "judged")
    }
    assert set(ACTIONS) <= WRITTEN | by_triggers


@pytest.mark.parametrize(
    ("what", "some"),
    [
        ("kpi_value", "kpi_value.corrected"),
        ("KPI-VALUE:corrected", "kpi_value.corrected"),
        (" deleted ", "team.deleted"),
    ],
)
def test_actions_are_found_by_any_part(what: str, some: str) -> None:
    assert some in actions_called(what)


def test_an_unknown_action_is_refused_with_what_there_is() -> None:
    with pytest.raises(AuditActionUnknown) as refused:
        actions_called("kpi.")
    assert "dashboard_share" in str(refused.value)


def test_actions_are_found_by_their_words_in_the_language_of_the_moment() -> None:
    assert actions_like("value corr") == {"kpi_value.corrected"}
    set_locale("fr")
    try:
        assert actions_like("valeur corrigée") == {"kpi_value.corrected"}
    finally:
        set_locale("en")


@pytest.mark.parametrize(
    ("text", "last", "expected"),
    [
        ("2026-11-21", False, datetime(2026, 11, 20, 23, tzinfo=UTC)),
        ("2026-11-21", True, datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("21/11/2026 14:30", False, datetime(2026, 11, 21, 13, 30, tzinfo=UTC)),
        ("2026-11-21T14:30", True, datetime(2026, 11, 21, 13, 31, tzinfo=UTC)),
        ("21/11/2026 14h", False, datetime(2026, 11, 21, 13, 0, tzinfo=UTC)),
        # The day on which the clocks go forward has 23 hours.
        ("2026-03-29", True, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("  ", False, None),
    ],
)
def test_moments_are_those_of_the_organisation(
    text: str, last: bool, expected: datetime | None
) -> None:
    assert read_moment(text, "Europe/Paris", field="since", last=last) == expected


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026", "2026-11", "14:30", "2026-11-21 24:00", "2026-11-21 14:60",
     "2026-11-21T08:00:30", "31/02/2026", "9999-12-31"],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(MomentInvalid) as refused:
        read_moment(text, "UTC", field="until", last=True)
    assert refused.value.fields == ("until",)


def test_a_time_ends_after_it_begins() -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC)
    check_period(AuditFilter(since=day))
    check_period(AuditFilter(until=day))
    with pytest.raises(AuditPeriodEmpty):
        check_period(AuditFilter(since=day, until=day))
    assert not AuditFilter()
    assert AuditFilter(since=day)


def test_today_is_kept() -> None:
    check_retention(date(2026, 11, 21), date(2026, 11, 21))
    with pytest.raises(RetentionInvalid):
        check_retention(date(2026, 11, 22), date(2026, 11, 21))


def test_changes_leave_out_what_always_changes_and_take_apart_what_is_nested() -> None:
    old = {"name": "Auditor", "version": 1, "cells": {"kpi:read": "TEAM", "audit:read": "OWN"}}
    new = {"name": "Auditor", "version": 2, "cells": {"kpi:read": "ORGANIZATION"}}
    assert changes(old, new) == (
        Change("kpi:read", "TEAM", "ORGANIZATION"),
        Change("audit:read", "OWN", None),
    )
    assert changes(None, None) == ()
    assert changes(None, {"title": "New"}) == (Change("title", None, "New"),)


def test_ids_are_found_in_values_and_in_the_parts_of_names() -> None:
    one, two = UUID(int=1), UUID(int=2)
    assert ids_in(f"{one}/{two}", "2026-09-01", 12, None, {"x": str(two)}) == {one, two}


# -- words -----------------------------------------------------------------------------------------

WHO, WHAT = UUID(int=7), UUID(int=8)


def row(**changed: object) -> AuditRow:
    """An entry about a KPI's value, with what is given changed."""
    given: dict[str, object] = {
        "id": UUID(int=1),
        "at": datetime(2026, 11, 21, 8, tzinfo=UTC),
        "actor_id": WHO,
        "session_id": None,
        "action": "kpi_value.corrected",
        "object_type": "kpi_value",
        "object_id": f"{WHAT}/2026-09-01",
        "subject_id": WHAT,
        "old": None,
        "new": None,
        "names": {WHO: "Ada", WHAT: "K-1 Trains"},
        **changed,
    }
    return AuditRow(**given)  # type: ignore[arg-type]  # one dictionary for every type


def told(field: str, value: object) -> str:
    """How a value of a column reads."""
    (one,) = said(row(new={field: value}), "Europe/Paris", "en")
    return one.new


def test_who_and_what() -> None:
    assert action_words("kpi_value.corrected") == "Value corrected"
    assert action_words("future.invented") == "future.invented"
    assert actor_words(row()) == "Ada"
    assert actor_words(row(names={})) == str(WHO)
    assert actor_words(row(actor_id=None)) == "the operator"
    assert object_words(row(), "fr") == "K-1 Trains, 01/09/2026"
    assert object_words(row(object_id=f"{WHAT}/0001-01-01")) == "K-1 Trains, from the start"
    assert object_words(row(object_id=str(UUID(int=99)), object_type="session")) == "Session"
    assert object_words(row(object_id="x", object_type="future")) == "x"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("value", Decimal("1234567.890"), "1234567.890"),
        ("decimals", 2, "2"),
        ("critical", True, "yes"),
        ("active", False, "no"),
        ("status", "RED", "Red"),
        ("visibility", "TEAMS", "Teams"),
        ("level", "MANAGER", "Manager"),
        ("kpi:update", "OWN", "own"),
        ("owner_id", str(WHO), "Ada"),
        ("owner_id", str(UUID(int=99)), str(UUID(int=99))),
        ("archived_at", "2026-11-21T08:00:00.123+00:00", "21 Nov 2026 09:00"),
        ("archived_at", "unheard of", "unheard of"),
        ("starts_on", "2026-11-21", "21 Nov 2026"),
        ("title", "2026-11-99", "2026-11-99"),
        ("title", "a\x1b[2Jb", "a\ufffd[2Jb"),
        ("future", ["x"], "['x']"),
    ],
)
def test_values_read_as_people_write_them(field: str, value: object, expected: str) -> None:
    assert told(field, value) == expected


def test_a_summary_says_before_and_after() -> None:
    changed = row(old={"value": 1, "reason": ""}, new={"value": 2, "reason": "late"})
    assert summary(changed, "UTC", "en") == "Value: 1 → 2; Reason: – → late"
    assert summary(changed, "UTC", "en", ascii=True) == "Value: 1 -> 2; Reason: - -> late"
    assert summary(row(new={"title": "New", "process": ""}), "UTC", "en") == "Title: New"
    assert summary(row(), "UTC", "en") == ""


def test_what_is_asked_reads_as_a_sentence() -> None:
    assert Asked().words() == ""
    asked = Asked("ada", "kpi_value.corrected", str(WHAT), "2026-11-01", "2026-11-21", "K-1 Trains")
    assert asked.words() == (
        "done by ada, action: Value corrected, object: K-1 Trains, from 2026-11-01,"
        " until 2026-11-21"
    )
    assert Asked(what="kpi_value").words() == "action: Value"
    assert Asked(what="corrected").words() == "action: corrected"
