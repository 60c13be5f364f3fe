"""Attacks on what is told of changes: channels of others, notes made up, what a note gives away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.app.context import Context
from kpix_tui.db.listen import listening_connection
from kpix_tui.domains.audit.service import latest_changes
from kpix_tui.domains.dashboards.service import create_dashboard, set_visibility, share_dashboard
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.people.service import find_user
from kpix_tui.domains.values.service import enter_value
from kpix_tui.domains.values.views import EnterValue
from kpix_tui.kernel.clock import SystemClock
from tests.db.attacks.conftest import Attacker, Victim
from tests.support.databases import Database

Become = Callable[[str | None], Attacker]
ANYBODY = ["globex/admin", "acme/viewer", None]


@pytest.fixture
def admin(database: Database, tmp_path: Path) -> Iterator[Context]:
    """Acme's administrator, at work."""
    context = database.context(tmp_path, SystemClock(), "acme/admin")
    yield context
    context.close()


def work(admin: Context, victim: Victim) -> None:
    """A value is corrected on a dashboard that is nobody else's, and it is shared."""
    with admin.unit_of_work() as uow:
        set_visibility(uow, victim.dashboard_id, Visibility.PRIVATE)
        number = Decimal(uow.clock.now().microsecond)
        enter_value(uow, EnterValue(victim.kpi_id, date(2026, 8, 1), number, "again"))
        user = find_user(uow, "manager@acme.test")
        share_dashboard(uow, ShareDashboard(victim.dashboard_id, Level.VIEWER, user_id=user.id))
        create_dashboard(uow, CreateDashboard(f"zanzibar {number}", "zanzibar"))


def heard(connection: psycopg.Connection[Any]) -> list[str]:
    """What has arrived."""
    connection.execute("select 1")
    return [f"{note.channel} {note.payload}" for note in connection.notifies(timeout=0.5)]


@contextmanager
def honest_listener(admin: Context, victim: Victim) -> Iterator[psycopg.Connection[Any]]:
    token = admin.tokens.load()
    assert token is not None
    connection = listening_connection(admin.database(), token, victim.user_id)
    with connection:
        yield connection


def channel_of(connection: psycopg.Connection[Any]) -> str:
    (name,) = connection.execute("select pg_listening_channels()").fetchone() or ("",)
    return str(name)


@pytest.mark.honest
def test_a_member_of_the_organisation_hears_of_it(admin: Context, victim: Victim) -> None:
    with honest_listener(admin, victim) as connection:
        work(admin, victim)
        assert any(" value " in note for note in heard(connection))


def _guesses(victim: Victim) -> list[str]:
    organization = str(victim.organization_id)
    digests = [
        hashlib.new(name, text.encode()).hexdigest()
        for name in ("md5", "sha1", "sha256")
        for text in (organization, f"channel|{organization}", organization.replace("-", ""))
    ]
    names = [organization, *digests]
    return [f"kpix_{name}"[:63] for name in names] + [f"kpix_{name[:48]}" for name in digests]


@pytest.mark.parametrize("who", ANYBODY)
def test_a_channel_is_not_guessed(
    attacker: Become, admin: Context, victim: Victim, who: str | None
) -> None:
    with attacker(who).connection() as connection:
        for name in ("kpix", "kpix_", *_guesses(victim)):
            connection.execute(f'listen "{name}"'.encode())
        work(admin, victim)
        assert heard(connection) == []


@pytest.mark.parametrize(
    "attack",
    [
        "select private.channel(%(org)s)",
        "select private.mac('channel|' || %(org)s)",
        "select private.mark(%(kpi)s)",
        "select private.tell(%(org)s, 'value', %(dashboard)s, %(kpi)s)",
        "select private.tell_values()",
        "select private.tell_changes()",
        "select auth.listen(%(org)s)",
        "select s.x from auth.latest_changes() l, lateral (select l.name) s (x) where l.name ilike '%%' || %(word)s || '%%'",
    ],
)
@pytest.mark.parametrize("who", ["globex/admin", None])
def test_nothing_tells_the_channel_nor_speaks_on_it(
    attacker: Become, admin: Context, victim: Victim, who: str | None, attack: str
) -> None:
    work(admin, victim)
    assert attacker(who).gained(attack) == 0


@pytest.mark.parametrize("who", ["globex/admin", None])
def test_listening_as_oneself_is_not_listening_to_others(
    attacker: Become, admin: Context, victim: Victim, who: str | None
) -> None:
    """Nor with a principal that was made up."""
    one = attacker(who)
    with one.connection() as connection:
        with connection.transaction():
            one.begin(connection)
            connection.execute("select auth.listen()")
        with connection.transaction():
            connection.execute(
                "select set_config('kpix.principal', %s, true), auth.listen()",
                (f"1|{victim.organization_id}|{victim.user_id}|{victim.user_id}|1|1|00",),
            )
        work(admin, victim)
        assert heard(connection) == []


@pytest.mark.parametrize("who", ANYBODY)
def test_the_channel_is_not_among_what_the_others_do(
    attacker: Become, admin: Context, victim: Victim, who: str | None
) -> None:
    """Whoever shares the login role reads the statements of the others."""
    with honest_listener(admin, victim) as listener:
        channel = channel_of(listener)
        work(admin, victim)
        with attacker(who).connection() as connection:
            seen = connection.execute("select a::text from pg_stat_activity a").fetchall()
            found = connection.execute(
                "select l::text from pg_locks l union all select s::text from pg_settings s"
            ).fetchall()
    assert channel.startswith("kpix_")
    assert any("kpix listen" in row[0] for row in seen)
    assert not [row for row in seen + found if channel in row[0]]


def test_a_note_gives_nothing_away(attacker: Become, admin: Context, victim: Victim) -> None:
    """A member of the organisation to whom the dashboard is hidden hears that something changed."""
    viewer = attacker("acme/viewer")
    with viewer.connection() as connection:
        with connection.transaction():
            viewer.begin(connection)
            connection.execute("select auth.listen()")
        work(admin, victim)
        notes = heard(connection)
    assert notes
    mark = r"(?:-|[0-9a-f]{16})"
    for note in notes:
        assert re.fullmatch(
            rf"kpix_[0-9a-f]{{48}} (?:value|kpi|plan|comment|dashboard|people) {mark} {mark}", note
        )
    told = " ".join(notes)
    for secret in (victim.dashboard_id, victim.kpi_id, victim.user_id, victim.organization_id):
        assert str(secret) not in told
        assert secret.hex[:12] not in told


@pytest.mark.parametrize("who", ["acme/viewer", "acme/user", "globex/admin", None])
def test_nobody_is_told_who_works_on_what_is_hidden(
    attacker: Become, admin: Context, victim: Victim, who: str | None
) -> None:
    work(admin, victim)
    one = attacker(who)
    hidden = "select 1 from auth.latest_changes() where dashboard_id = %(dashboard)s"
    assert one.gained(hidden) == 0
    assert one.gained("select 1 from auth.latest_changes() where name ilike '%%zanzibar b%%'") == 0


@pytest.mark.honest
def test_whoever_sees_it_is_told_who_works_on_it(admin: Context, victim: Victim) -> None:
    work(admin, victim)
    assert victim.dashboard_id in {one.dashboard_id for one in admin.run(latest_changes)}


def test_nobody_is_told_whether_anything_has_changed(attacker: Become) -> None:
    assert attacker(None).gained("select seen from auth.changes('-infinity')") == 0


def test_others_are_told_of_their_own_changes_only(
    attacker: Become, admin: Context, victim: Victim
) -> None:
    other = attacker("globex/admin")
    asked = "select seen from auth.changes('2026-01-01')"
    with other.connection() as connection:
        answers = []
        for _time in range(2):
            with connection.transaction():
                other.begin(connection)
                answers.append(connection.execute(asked.encode()).fetchone())
            work(admin, victim)
    assert answers[0] == answers[1]


def test_a_note_of_another_organisation_is_not_made_up(
    attacker: Become, admin: Context, victim: Victim
) -> None:
    other = attacker("globex/admin")
    with honest_listener(admin, victim) as listener, other.connection() as connection:
        for name in _guesses(victim):
            connection.execute("select pg_notify(%s, 'value - -')", (name,))
        with connection.transaction():
            other.begin(connection)
            connection.execute("select auth.listen()")
        connection.execute("select pg_notify(%s, 'value - -')", (channel_of(connection),))
        assert heard(listener) == []
