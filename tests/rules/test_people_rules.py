"""Names, cells and what a changed role changes: every branch, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.access.permissions import GRANTS, OWN_ONLY, BuiltinRole, Permission, Scope
from kpix_tui.domains.people import rules
from kpix_tui.domains.people.errors import (
    CellInvalid,
    DescriptionTooLong,
    NameInvalid,
    RoleBeyondOwn,
    RoleNameReserved,
)
from kpix_tui.domains.people.views import CellChange

P, S = Permission, Scope
CELLS = st.lists(st.sampled_from([(p, s) for p in Permission for s in rules.scopes_of(p)])).map(
    dict
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Nuit  équipe ", "Nuit équipe"),
        ("e\u0301", "é"),
        ("a\tb\nc", "a b c"),
        ("x" * 50, "x" * 50),
    ],
)
def test_names_are_kept_composed_and_without_blanks(typed: str, kept: str) -> None:
    assert rules.valid_name(typed, maximum=50) == kept


@pytest.mark.parametrize(
    "typed", ["", "   ", "x" * 51, "a\x00b", "AD\u200bMIN", "\u202eNIMDA", "\ud800"]
)
def test_names_that_cannot_be_seen_are_refused(typed: str) -> None:
    with pytest.raises(NameInvalid) as refused:
        rules.valid_name(typed, field="team", maximum=50)
    assert refused.value.fields == ("team",)
    assert refused.value.params == {"maximum": 50}


@pytest.mark.parametrize("typed", ["ADMIN", "admin", " Viewer ", "ＡＤＭＩＮ", "uSer", "Manager"])
def test_no_role_is_named_like_a_built_in_one(typed: str) -> None:
    with pytest.raises(RoleNameReserved):
        rules.valid_role_name(typed)
    assert rules.valid_role_name(f"{typed} of nights")


def test_a_role_name_is_shorter_than_others() -> None:
    with pytest.raises(NameInvalid):
        rules.valid_role_name("x" * 51)


def test_a_description_has_a_length() -> None:
    assert rules.valid_description("  what it is for \n") == "what it is for"
    assert len(rules.valid_description("x" * 500)) == 500
    with pytest.raises(DescriptionTooLong) as refused:
        rules.valid_description("x" * 501)
    assert refused.value.fields == ("description",)


def test_every_built_in_cell_has_a_meaning() -> None:
    for role in BuiltinRole:
        rules.check_cells(GRANTS[role])


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_can_be_given_as_far_as_it_means_something(
    permission: Permission,
) -> None:
    possible = rules.scopes_of(permission)
    assert possible[-1] is (S.OWN if permission in OWN_ONLY else S.ORGANIZATION)
    assert list(possible) == sorted(possible, key=lambda scope: scope.rank)


@pytest.mark.parametrize(
    ("permission", "scope"),
    [(P.AUDIT_READ, S.OWN), (P.USER_CREATE, S.TEAM), (P.TEAM_UPDATE, S.OWN), (P.USER_READ, S.TEAM)],
)
def test_cells_without_a_meaning_are_refused(permission: Permission, scope: Scope) -> None:
    with pytest.raises(CellInvalid) as refused:
        rules.check_cells({P.KPI_READ: S.OWN, permission: scope})
    assert refused.value.params["permission"] == permission
    assert scope not in refused.value.params["scopes"].split(", ")


def test_nobody_passes_on_more_than_they_hold() -> None:
    held = {P.KPI_READ: S.ORGANIZATION, P.KPI_UPDATE: S.TEAM}
    rules.check_within(held, {}, held, {P.KPI_UPDATE: S.OWN})
    with pytest.raises(RoleBeyondOwn) as refused:
        rules.check_within(held, {P.KPI_UPDATE: S.ORGANIZATION}, {P.AUDIT_READ: S.OWN, **held})
    assert refused.value.params["cells"] == "kpi:update ORGANIZATION, audit:read OWN"
    with pytest.raises(RoleBeyondOwn) as refused:
        rules.check_within({}, GRANTS[BuiltinRole.ADMIN])
    assert str(refused.value.params["cells"]).count(",") == 2
    assert str(refused.value.params["cells"]).endswith("…")


def test_an_administrator_holds_every_cell() -> None:
    for role in BuiltinRole:
        rules.check_within(GRANTS[BuiltinRole.ADMIN], GRANTS[role])


@given(CELLS, CELLS)
def test_together_roles_give_the_widest_of_each(one: dict[P, S], other: dict[P, S]) -> None:
    together = rules.widest((*one.items(), *other.items()))
    assert together.keys() == one.keys() | other.keys()
    for permission, scope in together.items():
        assert scope in (one.get(permission), other.get(permission))
        assert rules.rank(scope) >= max(
            map(rules.rank, (one.get(permission), other.get(permission)))
        )
    assert not rules.beyond(together, one)
    assert not rules.beyond(together, other)


def test_the_cells_that_differ_are_told_in_the_order_of_the_table() -> None:
    before = {P.AUDIT_READ: S.ORGANIZATION, P.KPI_READ: S.TEAM, P.KPI_UPDATE: S.OWN}
    after = {P.KPI_READ: S.ORGANIZATION, P.KPI_UPDATE: S.OWN, P.USER_READ: S.OWN}
    assert rules.changes(before, after) == (
        CellChange(P.USER_READ, None, S.OWN),
        CellChange(P.KPI_READ, S.TEAM, S.ORGANIZATION),
        CellChange(P.AUDIT_READ, S.ORGANIZATION, None),
    )


@given(CELLS, CELLS, CELLS)
def test_what_another_role_gives_anyway_does_not_change(
    others: dict[P, S], before: dict[P, S], after: dict[P, S]
) -> None:
    told = rules.changes_beside(others, before, after)
    assert {one.permission for one in told} <= {
        one.permission for one in rules.changes(before, after)
    }
    for one in told:
        assert rules.rank(others.get(one.permission)) < max(
            map(rules.rank, (one.before, one.after))
        )
    assert not rules.changes_beside(GRANTS[BuiltinRole.ADMIN], before, after)
