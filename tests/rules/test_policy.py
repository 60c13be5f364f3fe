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
from kpix_tui.access.permissions import GRANTS, BuiltinRole, Permission, Scope
from kpix_tui.access.policy import OutOfScope, PermissionMissing, allows, require
from kpix_tui.db.principal import Principal

ME, MATE, COLLEAGUE = UUID(int=1), UUID(int=2), UUID(int=3)
PERMISSION = Permission.KPI_UPDATE


def actor(scope: Scope | None) -> Actor:
    """Somebody who holds ``kpi:update`` at a scope, with one team mate."""
    return Actor(
        organization_id=UUID(int=9),
        organization_name="Acme",
        timezone="UTC",
        user_id=ME,
        name="Me",
        email="me@acme.test",
        locale="en",
        session_id=UUID(int=8),
        shared_terminal=False,
        roles=("USER",),
        grants={} if scope is None else {PERMISSION: scope},
        team_mates=frozenset({MATE}),
    )


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
    assert {one for one in (ME, MATE, COLLEAGUE) if allows(someone, PERMISSION, one)} == reached
    assert allows(someone, PERMISSION) is (scope is not None), "anywhere at all"
    assert not allows(someone, Permission.AUDIT_READ, ME)


def test_any_of_several_owners_is_enough() -> None:
    assert allows(actor(Scope.OWN), PERMISSION, COLLEAGUE, ME)
    assert not allows(actor(Scope.OWN), PERMISSION, COLLEAGUE, MATE)
    assert allows(actor(Scope.TEAM), PERMISSION, COLLEAGUE, MATE)


def test_a_refusal_says_whether_a_role_or_the_object_is_the_reason() -> None:
    require(actor(Scope.OWN), PERMISSION, ME)
    with pytest.raises(OutOfScope) as out:
        require(actor(Scope.OWN), PERMISSION, COLLEAGUE)
    with pytest.raises(PermissionMissing) as missing:
        require(actor(None), PERMISSION, ME)
    for caught in (out, missing):
        assert caught.value.params == {"permission": "kpi:update"}


owners = st.lists(st.sampled_from([ME, MATE, COLLEAGUE]), max_size=3)


@given(st.sampled_from(Scope), owners, st.sampled_from([ME, MATE, COLLEAGUE]))
def test_a_wider_scope_or_one_more_owner_takes_nothing_away(
    scope: Scope, given_owners: list[UUID], other: UUID
) -> None:
    before = bool(given_owners) and allows(actor(scope), PERMISSION, *given_owners)
    if before:
        assert allows(actor(scope), PERMISSION, *given_owners, other)
        for wider in list(Scope)[scope.rank :]:
            assert allows(actor(wider), PERMISSION, *given_owners)


def principal(*grants: tuple[str, str]) -> Principal:
    return Principal(
        organization_id=UUID(int=9),
        organization_name="Acme",
        timezone="Europe/Paris",
        user_id=ME,
        name="Me",
        email="me@acme.test",
        locale="fr",
        session_id=UUID(int=8),
        shared=True,
        expires_at=datetime(2026, 12, 1, tzinfo=UTC),
        roles=("MANAGER", "USER"),
        grants=grants,
        team_mates=frozenset({MATE}),
    )


@dataclass
class Unit:
    """As much of a unit of work as an actor is read from."""

    principal: Principal


def test_several_roles_grant_the_widest_scope_of_them() -> None:
    found = actor_of(
        cast(
            "Any",
            Unit(
                principal(
                    ("kpi:update", "TEAM"),
                    ("kpi:update", "OWN"),
                    ("kpi:read", "OWN"),
                    ("kpi:read", "ORGANIZATION"),
                    ("plan:of a newer kpix", "ORGANIZATION"),
                )
            ),
        )
    )
    assert found.grants == {
        Permission.KPI_UPDATE: Scope.TEAM,
        Permission.KPI_READ: Scope.ORGANIZATION,
    }
    assert found == replace(found, shared_terminal=True, locale="fr", user_id=ME)


def test_the_table_of_roles() -> None:
    """The table of the guide, cell by cell where roles differ."""
    assert set(GRANTS) == set(BuiltinRole)
    assert GRANTS[BuiltinRole.ADMIN] == dict.fromkeys(Permission, Scope.ORGANIZATION)
    reading = {p: s for p, s in GRANTS[BuiltinRole.VIEWER].items() if p.value.endswith(":read")}
    assert reading == GRANTS[BuiltinRole.VIEWER], "a viewer only reads"
    for role, building, entry in (
        (BuiltinRole.MANAGER, Scope.TEAM, Scope.ORGANIZATION),
        (BuiltinRole.USER, Scope.OWN, Scope.OWN),
    ):
        grants = GRANTS[role]
        assert reading.items() <= grants.items()
        assert {grants[p] for p in grants if p.value.startswith(("dashboard", "kpi:"))} == {
            building,
            Scope.ORGANIZATION,
        }
        assert grants[Permission.KPI_VALUE_CREATE] == entry
        assert grants[Permission.KPI_VALUE_UPDATE] == entry
        assert Permission.AUDIT_READ not in grants
        assert Permission.USER_CREATE not in grants


def test_scopes_are_ranked() -> None:
    assert [scope.rank for scope in (Scope.OWN, Scope.TEAM, Scope.ORGANIZATION)] == [0, 1, 2]
