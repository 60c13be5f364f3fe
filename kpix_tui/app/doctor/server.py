"""What the database says: reachable, supported, migrated, bound by its policies, signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import URL, Engine, text

from kpix_tui.app.context import Context
from kpix_tui.app.doctor.check import Check, ok, problem, warning
from kpix_tui.app.versions import (
    KNOWN_ON,
    is_supported,
    security_warning,
    version_text,
)
from kpix_tui.db import engine as engines
from kpix_tui.db import migrate
from kpix_tui.db.errors import NotSignedIn, SessionEnded, database_errors
from kpix_tui.i18n.catalog import _, error_text
from kpix_tui.kernel.errors import KpixError

_SKEW_WARNING: Final = 5.0
_SKEW_PROBLEM: Final = 60.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says of itself and of whom it let in; ``skew`` is in seconds."""

    version: int
    role: str
    too_powerful: bool
    encrypted: bool
    skew: float


def server_checks(context: Context) -> Iterator[Check]:
    """The checks that need a server, up to the first that keeps the others from working."""
    try:
        url = _embedded(context) if context.embedded else context.external_url()
    except KpixError as error:
        yield problem("server", error_text(error), _advice_against(context))
        return
    if isinstance(url, Check):
        yield url
        return
    engine = engines.make_owner_engine(url, context.settings)
    try:
        yield from _reached(context, url, engine)
    finally:
        engine.dispose()


def _advice_against(context: Context) -> str:
    if context.embedded:
        return _("kpix db status says where the database is and where its log is.")
    return _("Check KPIX_DATABASE_URL, the network and that the server runs.")


def _embedded(context: Context) -> URL | Check:
    server = context.server()
    status = server.status()
    if status.data_version is None:
        return ok(
            "server",
            _("PostgreSQL {version} of kpix; no database yet, the first start makes it").format(
                version=status.server_version
            ),
        )
    address = server.start()
    return engines.embedded_url(address.url(address.app_user))


def _reached(context: Context, url: URL, engine: Engine) -> Iterator[Check]:
    where = url.render_as_string(hide_password=True)
    try:
        facts = _facts(engine, context)
    except KpixError as error:
        yield problem("server", f"{where}: {error_text(error)}", _advice_against(context))
        return
    yield ok("server", where)
    yield from _version(facts, context)
    if not context.embedded:
        yield _encryption(url, facts)
    yield _role(facts)
    yield _clock(facts)
    schema = _schema(engine, embedded=context.embedded)
    yield schema
    if schema.state == "ok" and not facts.too_powerful:
        yield _session(context)


def _facts(engine: Engine, context: Context) -> Facts:
    with database_errors(), engine.connect() as connection:
        before = context.clock.now()
        row = connection.execute(
            text(
                "select current_setting('server_version_num')::int, session_user,"
                " (select rolsuper or rolbypassrls from pg_roles where rolname = session_user),"
                " coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false),"
                " clock_timestamp()"
            )
        ).one()
        after = context.clock.now()
    return Facts(row[0], row[1], row[2], row[3], skew_between(row[4], before, after))


def skew_between(server: datetime, before: datetime, after: datetime) -> float:
    """Seconds by which the server's clock is ahead (behind when negative) of this machine's.

    0 where it lies within the round trip, from ``before`` to ``after``.
    """
    if server > after:
        return (server - after).total_seconds()
    return min((server - before).total_seconds(), 0.0)


def _version(facts: Facts, context: Context) -> Iterator[Check]:
    found = version_text(facts.version)
    if facts.version < engines.OLDEST_SERVER * 10000:
        yield problem(
            "server.version",
            _("PostgreSQL {found} is older than {oldest}").format(
                found=found, oldest=engines.OLDEST_SERVER
            ),
            _("Use PostgreSQL {oldest} or later.").format(oldest=engines.OLDEST_SERVER),
        )
        return
    lacking = security_warning(facts.version, embedded=context.embedded)
    if lacking is not None:
        yield warning("server.version", *lacking)
    elif not is_supported(facts.version, context.clock.now().date()):
        yield warning(
            "server.version",
            _("PostgreSQL {found} gets no fixes any more").format(found=found),
            _("Move to a newer major version."),
        )
    else:
        yield ok(
            "server.version",
            _("PostgreSQL {found}; security releases known up to {day}").format(
                found=found, day=KNOWN_ON.isoformat()
            ),
        )


def _encryption(url: URL, facts: Facts) -> Check:
    mode = str(url.query.get("sslmode", ""))
    if engines.is_local(url):
        return ok("encryption", _("The server is on this machine."))
    if mode != "verify-full":
        return warning(
            "encryption",
            _("sslmode={mode}: the server's certificate is not fully verified").format(mode=mode),
            _("Give the server a certificate and remove KPIX_SSLMODE."),
        )
    return ok("encryption", f"sslmode={mode}, TLS {_('yes') if facts.encrypted else _('no')}")


def _role(facts: Facts) -> Check:
    if facts.too_powerful:
        return problem(
            "role",
            _("{role} is not bound by row-level security").format(role=facts.role),
            _("Use a login role that is a member of kpix_app and nothing more."),
        )
    return ok("role", facts.role)


def _clock(facts: Facts) -> Check:
    detail = _("{seconds} s between this machine and the server").format(
        seconds=f"{abs(facts.skew):.1f}"
    )
    advice = _("Set both clocks by the network (NTP): sessions and periods depend on them.")
    if abs(facts.skew) >= _SKEW_PROBLEM:
        return problem("clock", detail, advice)
    if abs(facts.skew) >= _SKEW_WARNING:
        return warning("clock", detail, advice)
    return ok("clock", detail)


def _schema(engine: Engine, *, embedded: bool) -> Check:
    try:
        state = migrate.schema_state(engine)
    except KpixError as error:
        return problem("schema", error_text(error), _("Grant kpix_app to the login role."))
    if not state.known:
        return problem(
            "schema",
            _("The database is of a newer version of kpix (schema {found}, here {head})").format(
                found=state.found, head=state.head
            ),
            _("Upgrade kpix on this machine; nothing was changed."),
        )
    if state.current:
        return ok("schema", _("schema {head}, up to date").format(head=state.head))
    detail = (
        _("The database is empty")
        if state.found is None
        else _("schema {found} is older than this kpix (schema {head})").format(
            found=state.found, head=state.head
        )
    )
    if embedded:
        return warning("schema", detail, _("Nothing: the next start brings it up to date."))
    return problem("schema", detail, _("As the operator: kpix db upgrade"))


def _session(context: Context) -> Check:
    try:
        with context.unit_of_work() as uow:
            principal = uow.principal
    except SessionEnded as error:
        return warning("session", error_text(error), "kpix login")
    except NotSignedIn:
        return ok("session", _("Nobody is signed in."))
    except KpixError as error:
        return problem("session", error_text(error), _("Sign in again: kpix login"))
    return ok(
        "session",
        _("{name}, {organization}, until {when}").format(
            name=principal.name,
            organization=principal.organization_name,
            when=principal.expires_at.isoformat(timespec="minutes"),
        ),
    )
