"""Who may see a KPI and its comments, asked for many at once: exactly those whom row-level security
shows them. People, roles, teams, shares and KPIs are random, from seeds that never change.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.db.test_sharing import Crowd, as_somebody, crowd
from tests.db.test_sharing import database as database
from tests.db.test_sharing import superuser as superuser
from tests.support.databases import Database

CELLS = ("dashboard:read", "dashboard:assign", "kpi:read", "comment:read")
ASKED = "select r from unnest(%s::uuid[]) k, auth.comment_readers(k, %s) r"


def furnished(connection: psycopg.Connection[Any], seed: int) -> tuple[Crowd, list[UUID]]:
    """A crowd, and KPIs on its dashboards, half of them of other owners; one is deleted."""
    made = crowd(connection, seed, CELLS)
    people = list(made.tokens)
    kpis = [
        made.put(
            "kpi",
            dashboard_id=board,
            code=made.name(),
            name="K",
            direction="UP_IS_BETTER",
            frequency="MONTHLY",
            owner_id=made.dice.choice(people),
            deleted_at=deleted,
        )
        for board in made.boards
        for deleted in (None, None, "2026-01-01")
    ]
    return made, kpis


def really(database: Database, made: Crowd, kpis: list[UUID]) -> set[tuple[UUID, UUID]]:
    """KPI and person, asked as each person; who was deactivated cannot ask, and counts as none."""
    query = (
        "select k.id from kpix.kpi k where k.id = any(%s) and k.deleted_at is null"
        " and k.id in (select auth.kpis('comment:read'))"
    )
    return {
        (kpi, person)
        for person, token in made.tokens.items()
        for (kpi,) in as_somebody(database, token, query, kpis)
    }


@pytest.mark.parametrize("seed", [12, 13, 14, 15, 16, 18])
def test_readers_are_those_who_see_it(
    database: Database, superuser: psycopg.Connection[Any], seed: int
) -> None:
    made, kpis = furnished(superuser, seed)
    administrator, people = database.tokens["acme/admin"], list(made.tokens)
    said = {
        (kpi, person)
        for kpi in kpis
        for (person,) in as_somebody(database, administrator, ASKED, [kpi], people)
    }
    expected = really(database, made, kpis)
    assert said == expected
    assert 0 < len(expected) < len(kpis) * len(people), "neither all nor none"


def test_they_are_told_to_those_alone_who_see_it(
    database: Database, superuser: psycopg.Connection[Any]
) -> None:
    made, kpis = furnished(superuser, 17)
    people, sight = list(made.tokens), really(database, made, kpis)
    for person, token in made.tokens.items():
        for kpi in kpis:
            answer = as_somebody(database, token, ASKED, [kpi], people)
            assert bool(answer) is ((kpi, person) in sight)
    stranger = database.tokens["globex/admin"]
    assert as_somebody(database, stranger, ASKED, kpis, people) == []
