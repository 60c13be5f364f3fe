"""May this actor do this to that: every branch, without a database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.access.actor import Actor, actor_of
from kpix_tui.access.permissions import (
    GRANTS,
    LEANS_ON,
    LEVEL_NEEDED,
    OWN_ONLY,
    BuiltinRole,
    Level,
    Permission,
    Scope,
    Visibility,
)
from kpix_tui.access.policy import (
    OutOfScope,
    PermissionMissing,
    Target,
    allows,
    require,
    sees,
)
from kpix_tui.kernel.principal import Principal

ME, MATE, COLLEAGUE = UUID(int=1), UUID(int=2), UUID(int=3)
EVERYBODY = (ME, MATE, COLLEAGUE)
P = Permission
PERMISSION = P.KPI_UPDATE


def principal(*cells: tuple[str, str]) -> Principal:
    """Somebody with these cells and one team mate."""
    return Principal(
        organization_id=UUID(int=9),
        organization_name="Acme",
        timezone="Europe/Paris",
        user_id=ME,
        name="Me",
        email="me@acme.test",
        locale="fr",
        session_id=UUID(int=8),
        shared_terminal=True,
        expires_at=datetime(2026, 12, 1, tzinfo=UTC),
        roles=("MANAGER", "USER"),
        cells=cells,
        team_mates=frozenset({ME, MATE}),
        teams=frozenset({UUID(int=5)}),
        leads=frozenset(),
    )


def holder(grants: dict[Permission, Scope]) -> Actor:
    """Somebody with these grants."""
    return Actor.from_principal(principal(*((p.value, s.value) for p, s in grants.items())))


def actor(scope: Scope | None) -> Actor:
    """Somebody who holds ``kpi:update`` at a scope."""
    return holder({} if scope is None else {PERMISSION: scope})


def of(*owners: UUID, level: Level | None = None, assigned: bool = False) -> Target:
    return Target(frozenset(owners), level, assigned)


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        (None, set()),
        (Scope.OWN, {ME}),
        (Scope.TEAM, {ME, MATE}),
        (Scope.ORGANIZATION, {ME, MATE, COLLEAGUE}),
    ],
)
def test_whom_a_scope_reaches(scope: Scope | None, reached: set[UUID]) -> None:
    someone = actor(scope)
    assert {one for one in EVERYBODY if allows(someone, PERMISSION, of(one))} == reached
    assert allows(someone, PERMISSION) is (scope is not None), "anywhere at all"
    assert not allows(someone, P.AUDIT_READ, of(ME))


def test_oneself_is_reached_without_any_team() -> None:
    alone = replace(actor(Scope.TEAM), team_mates=frozenset())
    assert allows(alone, PERMISSION, of(ME))
    assert not allows(alone, PERMISSION, of(MATE))


@pytest.mark.parametrize("permission", sorted(OWN_ONLY))
@pytest.mark.parametrize("scope", Scope)
def test_what_is_ones_own_alone_is_so_at_any_scope(permission: Permission, scope: Scope) -> None:
    someone = holder({permission: scope})
    assert {one for one in EVERYBODY if allows(someone, permission, of(one))} == {ME}


def test_any_of_several_owners_is_enough() -> None:
    assert allows(actor(Scope.OWN), PERMISSION, of(COLLEAGUE, ME))
    assert not allows(actor(Scope.OWN), PERMISSION, of(COLLEAGUE, MATE))
    assert allows(actor(Scope.TEAM), PERMISSION, of(COLLEAGUE, MATE))


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("level", [None, *Level])
def test_a_share_extends_how_far_and_never_what(
    permission: Permission, level: Level | None
) -> None:
    shared = of(COLLEAGUE, level=level)
    everything = holder(dict.fromkeys(Permission, Scope.OWN))
    needed = LEVEL_NEEDED.get(permission)
    reached = level is not None and needed is not None and level.rank >= needed.rank
    if permission is P.DASHBOARD_READ:  # what one has the view of, one sees
        reached = True
    assert allows(everything, permission, shared) is reached
    assert not allows(holder({}), permission, shared)


def test_what_a_share_never_reaches() -> None:
    assert P.DASHBOARD_DELETE not in LEVEL_NEEDED
    assert {p for p, level in LEVEL_NEEDED.items() if level is Level.CONTRIBUTOR} == {
        P.KPI_VALUE_CREATE,
        P.KPI_VALUE_UPDATE,
        P.ACTION_PLAN_CREATE,
    }
    assert {p for p, level in LEVEL_NEEDED.items() if level is Level.VIEWER} == {
        P.DASHBOARD_READ,
        P.KPI_READ,
        P.KPI_VALUE_READ,
        P.COMMENT_READ,
        P.COMMENT_CREATE,
        P.ACTION_PLAN_READ,
    }


@pytest.mark.parametrize("permission", Permission)
def test_who_owes_the_values_may_enter_them_and_no_more(permission: Permission) -> None:
    everything = holder(dict.fromkeys(Permission, Scope.OWN))
    expected = permission in (P.KPI_VALUE_CREATE, P.KPI_VALUE_UPDATE, P.DASHBOARD_READ)
    assert allows(everything, permission, of(COLLEAGUE, assigned=True)) is expected
    assert not allows(holder({}), permission, of(COLLEAGUE, assigned=True))


@pytest.mark.parametrize(("permission", "leans_on"), LEANS_ON.items())
def test_what_leans_on_another_permission_needs_both(
    permission: Permission, leans_on: Permission
) -> None:
    alone = holder({permission: Scope.ORGANIZATION})
    assert not allows(alone, permission, of(ME))
    with pytest.raises(PermissionMissing) as missing:
        require(alone, permission, of(ME))
    assert missing.value.params == {"permission": leans_on.value}
    both = holder({permission: Scope.ORGANIZATION, leans_on: Scope.OWN})
    assert allows(both, permission, of(ME))
    assert not allows(both, permission, of(MATE))


def test_a_refusal_says_whether_a_role_or_the_object_is_the_reason() -> None:
    require(actor(Scope.OWN), PERMISSION, of(ME))
    with pytest.raises(OutOfScope) as out:
        require(actor(Scope.OWN), PERMISSION, of(COLLEAGUE))
    with pytest.raises(PermissionMissing) as missing:
        require(actor(None), PERMISSION, of(ME))
    for caught in (out, missing):
        assert caught.value.params == {"permission": "kpi:update"}


owners = st.lists(st.sampled_from(EVERYBODY), max_size=3)


@given(
    st.sampled_from(Scope),
    owners,
    st.sampled_from(EVERYBODY),
    st.sampled_from([None, *Level]),
    st.sampled_from(Permission),
)
def test_a_wider_scope_one_more_owner_or_a_higher_level_takes_nothing_away(
    scope: Scope,
    given_owners: list[UUID],
    other: UUID,
    level: Level | None,
    permission: Permission,
) -> None:
    def lets(at: Scope, target: Target) -> bool:
        return allows(holder(dict.fromkeys(Permission, at)), permission, target)

    before = of(*given_owners, level=level)
    if lets(scope, before):
        assert lets(scope, of(*given_owners, other, level=level))
        assert all(lets(wider, before) for wider in list(Scope)[scope.rank :])
        higher = list(Level)[level.rank if level else 0 :]
        assert all(lets(scope, of(*given_owners, level=one)) for one in higher)


@pytest.mark.parametrize(
    ("reading", "visibility", "seen"),
    [
        (None, Visibility.ORGANIZATION, set()),
        (Scope.OWN, Visibility.ORGANIZATION, {ME}),
        (Scope.OWN, Visibility.TEAMS, {ME}),
        (Scope.OWN, Visibility.PRIVATE, {ME}),
        (Scope.TEAM, Visibility.ORGANIZATION, {ME, MATE}),
        (Scope.TEAM, Visibility.TEAMS, {ME, MATE}),
        (Scope.TEAM, Visibility.PRIVATE, {ME}),
        (Scope.ORGANIZATION, Visibility.ORGANIZATION, {ME, MATE, COLLEAGUE}),
        (Scope.ORGANIZATION, Visibility.TEAMS, {ME, MATE}),
        (Scope.ORGANIZATION, Visibility.PRIVATE, {ME}),
    ],
)
def test_whose_dashboards_are_seen(
    reading: Scope | None, visibility: Visibility, seen: set[UUID]
) -> None:
    reader = holder({} if reading is None else {P.DASHBOARD_READ: reading})
    assert {one for one in EVERYBODY if sees(reader, one, visibility, None)} == seen
    shared = {one for one in EVERYBODY if sees(reader, one, visibility, Level.VIEWER)}
    assert shared == (set() if reading is None else set(EVERYBODY))


@pytest.mark.parametrize("visibility", Visibility)
def test_who_may_give_any_dashboard_away_sees_them_all(visibility: Visibility) -> None:
    gives = {P.DASHBOARD_ASSIGN: Scope.ORGANIZATION}
    assert sees(holder(gives | {P.DASHBOARD_READ: Scope.OWN}), COLLEAGUE, visibility, None)
    assert not sees(holder(gives), COLLEAGUE, visibility, None)


@dataclass
class Unit:
    """As much of a unit of work as an actor is read from."""

    principal: Principal


def test_several_roles_grant_the_widest_scope_of_them() -> None:
    given_cells = (
        ("kpi:update", "TEAM"),
        ("kpi:update", "OWN"),
        ("kpi:read", "OWN"),
        ("kpi:read", "ORGANIZATION"),
        ("plan:of a newer kpix", "ORGANIZATION"),
    )
    found = actor_of(cast("Any", Unit(principal(*given_cells))))
    assert found.grants == {P.KPI_UPDATE: Scope.TEAM, P.KPI_READ: Scope.ORGANIZATION}
    assert found == replace(found, locale="fr", user_id=ME, cells=given_cells)


def test_the_table_of_roles() -> None:
    """The table of the guide, cell by cell where roles differ."""
    assert set(GRANTS) == set(BuiltinRole)
    assert GRANTS[BuiltinRole.ADMIN] == {
        p: Scope.OWN if p in OWN_ONLY else Scope.ORGANIZATION for p in Permission
    }
    viewer = GRANTS[BuiltinRole.VIEWER]
    assert all(p.value.endswith(":read") for p in viewer), "a viewer only reads"
    assert viewer[P.USER_READ] is Scope.OWN, "the e-mails of others are not for all"
    for role, building, entry in (
        (BuiltinRole.MANAGER, Scope.TEAM, Scope.ORGANIZATION),
        (BuiltinRole.USER, Scope.OWN, Scope.OWN),
    ):
        grants = GRANTS[role]
        assert set(viewer) < set(grants)
        assert {grants[p] for p in grants if p.value.startswith(("dashboard", "kpi:"))} == {
            building,
            Scope.ORGANIZATION,
        }
        assert grants[P.DASHBOARD_ASSIGN] == building
        assert grants[P.KPI_VALUE_CREATE] == entry
        assert grants[P.KPI_VALUE_UPDATE] == entry
        assert grants[P.COMMENT_CREATE] is Scope.ORGANIZATION, "anywhere they see"
        assert grants[P.COMMENT_UPDATE] is grants[P.COMMENT_DELETE] is Scope.OWN
        assert P.AUDIT_READ not in grants
        assert P.USER_CREATE not in grants
    assert GRANTS[BuiltinRole.MANAGER][P.USER_READ] is Scope.ORGANIZATION
    assert GRANTS[BuiltinRole.MANAGER][P.TEAM_UPDATE] is Scope.TEAM
    assert P.TEAM_UPDATE not in GRANTS[BuiltinRole.USER]


def test_scopes_and_levels_are_ranked() -> None:
    assert [scope.rank for scope in (Scope.OWN, Scope.TEAM, Scope.ORGANIZATION)] == [0, 1, 2]
    assert [level.rank for level in (Level.VIEWER, Level.CONTRIBUTOR, Level.MANAGER)] == [0, 1, 2]
