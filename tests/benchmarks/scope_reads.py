"""The statements of the screens, and the same with the predicate of policies written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from kpix_tui.access.actor import Actor
from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.app.context import Context
from kpix_tui.domains.overview.service import list_dashboards, list_kpis, show_dashboard, show_kpi
from kpix_tui.domains.values.service import list_values
from kpix_tui.kernel.paging import PageRequest
from tests.support.plans import Statement, recorded

Read = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_TABLES = (
    "organization",
    "app_user",
    "role",
    "role_permission",
    "user_role",
    "team",
    "team_member",
)


def screens(dashboard: UUID, kpi: UUID) -> dict[str, Read]:
    """What screens read, each in one unit of work."""
    return {
        "overview": (list_dashboards, (), {}),
        "head of a dashboard": (show_dashboard, (dashboard,), {}),
        "dashboard": (list_kpis, (), {"dashboard_id": dashboard}),
        "KPI": (show_kpi, (kpi,), {}),
        "history of a KPI": (list_values, (kpi,), {}),
        "chart of a KPI": (list_values, (kpi, PageRequest(limit=366, sort="period_start")), {}),
        "worst KPIs": (list_kpis, (), {}),
    }


def statements(context: Context, read: Read) -> list[Statement]:
    """What a read sends."""
    use_case, args, options = read
    return recorded(context, use_case, *args, **options)


@dataclass(frozen=True)
class ByHand:
    """A schema whose views are the tables with what a person may see, written as conditions.

    It is what the queries would be without row-level security, and the least of it: a statement
    that joins the dashboard has the condition there and nowhere else.
    """

    joined: str
    alone: str

    def rewritten(self, statement: Statement) -> Statement:
        """The statement on the views; nothing else about it changes."""
        schema = self.joined if "kpix.dashboard." in statement.text else self.alone
        text = statement.text.replace("kpix.", f"{schema}.").replace("auth.", f"{schema}.")
        return Statement(text, statement.parameters)


def by_hand(connection: psycopg.Connection[Any], person: str, actor: Actor) -> ByHand:
    """Make the views of a person, as a superuser: policies hold nothing back from their owner."""
    made = ByHand(f"{person}_joined", f"{person}_alone")
    sight = _sight(actor)
    for schema, seen in ((made.joined, None), (made.alone, sight)):
        connection.execute(f"create schema {schema}".encode())
        for table, condition in _conditions(actor, sight, seen).items():
            connection.execute(
                f"create view {schema}.{table} as select * from kpix.{table} t"
                f" where t.organization_id = '{actor.organization_id}' {condition}".encode()
            )
        connection.execute(_functions(schema, actor).encode())
    return made


def _conditions(actor: Actor, sight: str, seen: str | None) -> dict[str, str]:
    dashboards = kpis = ""
    if seen:
        among = (
            f"select t.id from kpix.dashboard t"
            f" where t.organization_id = '{actor.organization_id}' {seen}"
        )
        dashboards = f"and t.dashboard_id in ({among})"
        kpis = (
            "and exists (select from kpix.kpi k where k.organization_id = t.organization_id"
            f" and k.id = t.kpi_id and k.dashboard_id in ({among}))"
        )
    return {
        **dict.fromkeys(_TABLES, ""),
        "dashboard": sight,
        **dict.fromkeys(
            ("dashboard_share", "kpi", "kpi_value", "kpi_state", "action_plan"), dashboards
        ),
        **dict.fromkeys(("kpi_threshold", "kpi_assignment", "kpi_value_revision"), kpis),
    }


def _sight(actor: Actor) -> str:
    """What dashboards are seen, as a condition on ``t``; nothing for whoever sees them all."""
    if actor.grants.get(Permission.DASHBOARD_ASSIGN) == Scope.ORGANIZATION:
        return ""
    assert actor.grants[Permission.DASHBOARD_READ] == Scope.ORGANIZATION
    org, me = actor.organization_id, actor.user_id
    return f"""and (
        t.visibility = 'ORGANIZATION' or t.owner_id = '{me}'
        or t.visibility = 'TEAMS' and t.owner_id in (
            select mate.user_id from kpix.team_member mine
            join kpix.team_member mate
                on mate.organization_id = mine.organization_id and mate.team_id = mine.team_id
            where mine.organization_id = '{org}' and mine.user_id = '{me}')
        or t.id in ({_shares(actor, "s.dashboard_id")}))"""


def _shares(actor: Actor, columns: str) -> str:
    org, me = actor.organization_id, actor.user_id
    return f"""select {columns} from kpix.dashboard_share s
        where s.organization_id = '{org}' and (s.expires_at is null or s.expires_at > now())
            and (s.user_id = '{me}' or s.team_id in (
                select m.team_id from kpix.team_member m
                where m.organization_id = '{org}' and m.user_id = '{me}'))"""


def _functions(schema: str, actor: Actor) -> str:
    """What the queries themselves ask: written so that the planner puts it into them."""
    ranked = "max(array_position(array['VIEWER', 'CONTRIBUTOR', 'MANAGER'], s.level))"
    columns = f"s.dashboard_id, (array['VIEWER', 'CONTRIBUTOR', 'MANAGER'])[{ranked}]"
    org, me = actor.organization_id, actor.user_id
    return f"""
    create function {schema}.shared() returns table (dashboard_id uuid, level text)
    language sql stable rows 30 as $$ {_shares(actor, columns)} group by s.dashboard_id $$;
    create function {schema}.assigned() returns setof uuid language sql stable rows 30 as $$
        select a.kpi_id from kpix.kpi_assignment a
        where a.organization_id = '{org}' and (a.user_id = '{me}' or a.team_id in (
            select m.team_id from kpix.team_member m
            where m.organization_id = '{org}' and m.user_id = '{me}'))
    $$;
    """
