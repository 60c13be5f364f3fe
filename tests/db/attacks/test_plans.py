"""Attacks on action plans: bare SQL, past what Python asks.

Acme's administrator has an action on a dashboard that only its manager may look at, and one on a
dashboard that everybody in Acme sees; the user is asked to do a part of the latter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.kpis.service import create_kpi
from kpix_tui.domains.kpis.views import CreateKpi, Direction, Thresholds
from kpix_tui.domains.people.service import find_user
from kpix_tui.domains.plans import service
from kpix_tui.domains.plans.views import CreatePlan, Criterion, CriterionKind, MovePlan, PlanStatus
from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.clock import FixedClock
from kpix_tui.kernel.periods import Frequency
from tests.conftest import NOW
from tests.db.attacks.conftest import SECRET, Attacker
from tests.db.attacks.test_people import well_aimed
from tests.support.databases import Database

DUE = date(2026, 12, 11)


@pytest.fixture(scope="module")
def planned(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    admin = database.context(tmp_path_factory.mktemp("plans"), FixedClock(NOW), "acme/admin")
    with admin.unit_of_work() as uow:
        people = {
            who: find_user(uow, f"{who}@acme.test").id
            for who in ("admin", "manager", "user", "viewer")
        }
        known: dict[str, Any] = dict(people)
        for name, visibility in (("hidden", Visibility.PRIVATE), ("open", Visibility.ORGANIZATION)):
            board = dashboards.create_dashboard(uow, CreateDashboard(f"{SECRET} {name} plans"))
            kpi = create_kpi(
                uow,
                CreateKpi(
                    board.id,
                    f"{SECRET} {name}",
                    Direction.UP_IS_BETTER,
                    Frequency.MONTHLY,
                    Thresholds(Decimal(95), Decimal(92)),
                ),
            )
            enter_value(uow, EnterValue(kpi.id, date(2026, 9, 1), Decimal(90)))
            plan = service.create_plan(
                uow,
                CreatePlan(
                    f"{SECRET} {name}",
                    DUE,
                    kpi.id,
                    cause=SECRET,
                    whys=(SECRET,),
                    criterion=Criterion(kpi.id, CriterionKind.LEVEL, Decimal(95), 3),
                ),
            )
            service.move_plan(uow, MovePlan(plan.id, PlanStatus.IN_PROGRESS))
            known |= {f"{name}_board": board.id, f"{name}_kpi": kpi.id, f"{name}_plan": plan.id}
            if visibility is Visibility.PRIVATE:
                whom = ShareDashboard(board.id, Level.VIEWER, user_id=people["manager"])
                dashboards.share_dashboard(uow, whom)
            dashboards.set_visibility(uow, board.id, visibility)
        part = service.create_plan(
            uow,
            CreatePlan("A part", DUE, parent_id=known["open_plan"], owner_id=people["user"]),
        )
        known["part"] = part.id
    admin.close()
    return known


READS = {
    "the action": "select * from kpix.action_plan where id = %(hidden_plan)s",
    "its title by a text": "select title from kpix.action_plan where title like '%%zanzibar hidden%%'",
    "its history": "select new from kpix.action_plan_change where plan_id = %(hidden_plan)s",
    "its history by the words": "select 1 from kpix.action_plan_change where new->>'cause' = %(word)s and plan_id = %(hidden_plan)s",
    "its causes by a cast that fails": "select title::int from kpix.action_plan where id = %(hidden_plan)s",
    "its whys unnested": "select unnest(whys) from kpix.action_plan where kpi_id = %(hidden_kpi)s",
    "its dates by aggregation": "select due_on from kpix.action_plan where dashboard_id = %(hidden_board)s group by due_on",
    "it as its own sub-action's parent": "select 1 from kpix.action_plan a join kpix.action_plan p on p.id = a.parent_id where p.id = %(hidden_plan)s",
    "it locked": "select id from kpix.action_plan where id = %(hidden_plan)s for key share",
    "it as XML": "select x from query_to_xml('select title from kpix.action_plan', true, true, '') x where x::text like '%%zanzibar hidden%%'",
    "it as JSON": "select to_jsonb(p) from kpix.action_plan p where p.id = %(hidden_plan)s",
    "its audit": "select * from kpix.audit_log where subject_id = %(hidden_plan)s",
    "the statistics of its texts": "select most_common_vals from pg_stats where tablename like 'action_plan%%' and attname in ('title', 'cause', 'whys', 'old', 'new', 'description') and most_common_vals is not null",
    "the verdict by asking the function": "select private.plan_verdict(p) from kpix.action_plan p",
    "what it said by asking the function": "select private.plan_said(p) from kpix.action_plan p",
}
INSERT = (
    "insert into kpix.action_plan (organization_id, id, kpi_id, dashboard_id, title, kind, owner_id, due_on{more})"
    " values ('{org}', gen_random_uuid(), {kpi}, {board}, 'mine', 'CORRECTIVE', {owner}, '2026-12-01'{values})"
)


def insert(kpi: str, board: str, owner: str, more: str = "", values: str = "") -> str:
    return INSERT.format(
        org="%(org)s", kpi=kpi, board=board, owner=owner, more=more, values=values
    ).replace("'%(org)s'", "%(org)s")


WRITES = {
    "change the hidden action": "update kpix.action_plan set cause = 'x' where id = %(hidden_plan)s",
    "change every action blindly": "update kpix.action_plan set cause = 'x'",
    "close the hidden action": "update kpix.action_plan set status = 'CANCELLED', closed_on = '2026-11-21' where id = %(hidden_plan)s",
    "take the hidden action away": "update kpix.action_plan set deleted_at = now() where id = %(hidden_plan)s",
    "take the hidden action over": "update kpix.action_plan set owner_id = %(user)s where id = %(hidden_plan)s",
    "move an action to another KPI": "update kpix.action_plan set kpi_id = %(hidden_kpi)s where id = %(part)s",
    "move an action to another organisation": "update kpix.action_plan set organization_id = gen_random_uuid()",
    "change who made an action": "update kpix.action_plan set created_by = auth.user_id()",
    "say oneself that it was effective": "update kpix.action_plan set verdict = 'EFFECTIVE' where id = %(open_plan)s",
    "delete an action for good": "delete from kpix.action_plan",
    "rewrite the history": "update kpix.action_plan_change set new = '{}'",
    "forget the history": "delete from kpix.action_plan_change",
    "make history up": "insert into kpix.action_plan_change (organization_id, plan_id, version, new) values (%(org)s, %(open_plan)s, 9, '{}')",
    "plan on the hidden KPI": insert("%(hidden_kpi)s", "%(hidden_board)s", "auth.user_id()"),
    "plan on the hidden KPI under another dashboard": insert("%(hidden_kpi)s", "%(open_board)s", "auth.user_id()"),
    "plan below the hidden action": insert("%(hidden_kpi)s", "%(hidden_board)s", "auth.user_id()", ", parent_id", ", %(hidden_plan)s"),
    "plan in somebody else's name": insert("%(open_kpi)s", "%(open_board)s", "%(user)s", ", created_by", ", %(user)s"),
    "merge into the hidden action": "merge into kpix.action_plan t using (select 1) s on t.id = %(hidden_plan)s when matched then update set cause = 'x'",
    "switch the triggers off": "alter table kpix.action_plan disable trigger all",
    "truncate": "truncate kpix.action_plan cascade",
    "judge as the database does": "select private.judge_plans()",
}  # fmt: skip
FOREIGN = ("globex/admin", "globex/user", None)
"""Of another organisation, or of none: what is open in Acme is hidden from them as well."""


@pytest.mark.parametrize("person", ["acme/user", "acme/viewer", *FOREIGN])
@pytest.mark.parametrize("attack", READS)
def test_a_hidden_action_is_not_read(
    attacker: Callable[[str | None], Attacker],
    planned: dict[str, Any],
    attack: str,
    person: str | None,
) -> None:
    someone = attacker(person)
    assert someone.gained(READS[attack], **planned) == 0
    assert well_aimed(someone), someone.notes


@pytest.mark.parametrize("person", ["acme/viewer", *FOREIGN])
@pytest.mark.parametrize("attack", WRITES)
def test_who_may_not_write_changes_nothing(
    attacker: Callable[[str | None], Attacker],
    planned: dict[str, Any],
    fingerprint: Callable[[], str],
    *,
    attack: str,
    person: str | None,
) -> None:
    before = fingerprint()
    someone = attacker(person)
    assert someone.gained(WRITES[attack], **planned) == 0
    assert fingerprint() == before
    assert well_aimed(someone), someone.notes


_OF_THEIR_OWN = "change every action blindly"
"""The user has a part to do, which is theirs to change."""


@pytest.mark.parametrize("attack", [what for what in WRITES if what != _OF_THEIR_OWN])
def test_a_user_reaches_only_what_is_theirs(
    attacker: Callable[[str | None], Attacker],
    planned: dict[str, Any],
    fingerprint: Callable[[], str],
    attack: str,
) -> None:
    before = fingerprint()
    user = attacker("acme/user")
    assert user.gained(WRITES[attack], **planned) == 0
    assert fingerprint() == before
    assert well_aimed(user), user.notes


CHEATS = {
    "close an action before its parts": ("acme/admin", "update kpix.action_plan set status = 'DONE', progress = 100, closed_on = '2026-11-21' where id = %(open_plan)s"),
    "take an action away from its parts": ("acme/admin", "update kpix.action_plan set deleted_at = now() where id = %(open_plan)s"),
    "ease the criterion after the start": ("acme/admin", "update kpix.action_plan set criterion_amount = 0 where id = %(open_plan)s"),
    "start again with another criterion": ("acme/admin", "update kpix.action_plan set status = 'OPEN', progress = 0, started_on = null, criterion_amount = 0 where id = %(open_plan)s"),
    "a progress of 140": ("acme/admin", "update kpix.action_plan set progress = 140 where id = %(open_plan)s"),
    "due before the start": ("acme/admin", "update kpix.action_plan set starts_on = '2027-01-01' where id = %(open_plan)s"),
    "a day that no client reads": ("acme/admin", "update kpix.action_plan set due_on = 'infinity' where id = %(open_plan)s"),
    "whys in two dimensions": ("acme/admin", "update kpix.action_plan set whys = '{{a,b},{c,d}}' where id = %(open_plan)s"),
    "whys that begin elsewhere": ("acme/admin", "update kpix.action_plan set whys = '[0:1]={a,b}'::text[] where id = %(open_plan)s"),
    "a criterion that is no number": ("acme/admin", insert("%(open_kpi)s", "%(open_board)s", "auth.user_id()", ", criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods", ", %(open_kpi)s, 'LEVEL', 'NaN', 1")),
    "a criterion of another dashboard": ("acme/admin", insert("%(open_kpi)s", "%(open_board)s", "auth.user_id()", ", criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods", ", %(hidden_kpi)s, 'LEVEL', 1, 1")),
    "a part of a part": ("acme/admin", insert("%(open_kpi)s", "%(open_board)s", "auth.user_id()", ", parent_id", ", %(part)s")),
    "skip a version": ("acme/admin", "update kpix.action_plan set version = 99 where id = %(open_plan)s"),
    "ask hidden values by a criterion": ("acme/user", insert("%(open_kpi)s", "%(open_board)s", "auth.user_id()", ", criterion_kpi_id, criterion_kind, criterion_amount, criterion_periods", ", %(hidden_kpi)s, 'LEVEL', 1, 1")),
}  # fmt: skip


@pytest.mark.parametrize("attack", CHEATS)
def test_the_rules_hold_whoever_writes(
    attacker: Callable[[str | None], Attacker],
    planned: dict[str, Any],
    fingerprint: Callable[[], str],
    attack: str,
) -> None:
    person, statement = CHEATS[attack]
    before = fingerprint()
    someone = attacker(person)
    assert someone.gained(statement, **planned) == 0
    assert fingerprint() == before
    assert well_aimed(someone), someone.notes


@pytest.mark.honest
def test_those_who_may_do(
    attacker: Callable[[str | None], Attacker], planned: dict[str, Any]
) -> None:
    """What is refused above is refused for who asks, and not for how."""
    admin, manager = attacker("acme/admin"), attacker("acme/manager")
    for what in ("the action", "its history", "its whys unnested", "it as JSON"):
        assert admin.gained(READS[what], **planned) > 0, admin.notes
        assert manager.gained(READS[what], **planned) > 0, manager.notes
    own = insert("%(open_kpi)s", "%(open_board)s", "auth.user_id()")
    assert attacker("acme/user").gained(own, **planned) == 1
