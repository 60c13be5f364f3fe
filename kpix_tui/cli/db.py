"""``kpix db``: the operator's work. What concerns logins and the audit log is in ``logins``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpix_tui.cli.base import Group, argument, command, option
from kpix_tui.cli.logins import grant_login, logins, prune_audit, revoke_login
from kpix_tui.cli.output import Output, reads, writes
from kpix_tui.cli.rescue import rescue
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell
from kpix_tui.i18n.catalog import _
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.app.database import DatabaseStatus
    from kpix_tui.db.migrate import SchemaState

db = Group("db", help=message("The database: status, upgrade, backup, start, stop."))


def _schema_word(schema: SchemaState | None) -> str | None:
    if schema is None:
        return None
    if not schema.known:
        return "newer"
    if schema.current:
        return "current"
    return "empty" if schema.found is None else "outdated"


_SCHEMAS = {
    None: message("not looked at: the server does not run"),
    "newer": message("of a newer version of kpix"),
    "current": message("of this version"),
    "empty": message("none yet: kpix db upgrade"),
    "outdated": message("of an older version: kpix db upgrade"),
}


def _record(status: DatabaseStatus) -> dict[str, object]:
    server, schema = status.embedded, status.schema
    return {
        "embedded": server is not None,
        "running": server.running if server else True,
        "in_use": server.in_use if server else None,
        "held": server.held if server else None,
        "pid": server.pid if server else None,
        "server_version": server.server_version if server else None,
        "data_version": server.data_version if server else None,
        "data": server.data if server else None,
        "log": server.log if server else None,
        "account": server.account if server else None,
        "url": status.url or None,
        "schema": _schema_word(schema),
        "schema_found": schema.found if schema else None,
        "schema_needed": schema.head if schema else None,
    }


def _pairs(status: DatabaseStatus, _canvas: Canvas) -> list[tuple[str, Cell]]:
    server = status.embedded
    schema = (_("Tables"), Cell(_(_SCHEMAS[_schema_word(status.schema)])))
    if server is None:
        return [(_("Server"), Cell(status.url)), schema]
    running = _("runs, process {pid}").format(pid=server.pid) if server.running else _("stopped")
    if server.held:
        running += ", " + _("kept running by kpix db start")
    return [
        (_("Server"), Cell(_("embedded") + f", PostgreSQL {server.server_version}")),
        (_("State"), Cell(running)),
        (_("Used now"), Cell(_("yes") if server.in_use else _("no"))),
        (_("Data"), Cell(str(server.data) if server.data_version else _("none yet"))),
        (_("Log"), Cell(str(server.log))),
        (_("Account"), Cell(server.account)),
        schema,
    ]


@command(
    db,
    "status",
    message("Show which database is used and how it stands. Nothing is started."),
    examples=("kpix db status", "kpix db status --json"),
)
@reads
@pass_session
def status(session: Session, out: Output) -> None:
    """Show how the database stands."""
    from kpix_tui.app.database import database_status  # noqa: PLC0415 - brings SQLAlchemy

    found = database_status(session.context)
    out.one(_record(found), partial(_pairs, found))


@command(
    db,
    "upgrade",
    message(
        "Create the tables, or bring them to this version of kpix.\n"
        "The embedded database does this by itself; a server of its own needs "
        "KPIX_OWNER_DATABASE_URL."
    ),
    examples=("kpix db upgrade",),
)
@writes
@pass_session
def upgrade(session: Session, out: Output) -> None:
    """Migrate the schema."""
    from kpix_tui.app import database  # noqa: PLC0415 - brings SQLAlchemy

    session.talkative = True
    state = database.upgrade(session.context)
    out.done(
        {"schema": _schema_word(state), "schema_found": state.found},
        _("The tables are those of this version of kpix ({revision}).").format(
            revision=state.found
        ),
    )


@command(
    db,
    "start",
    message(
        "Start the embedded server and keep it running.\n"
        "Commands then answer faster, since none of them has to start it."
    ),
    examples=("kpix db start",),
)
@pass_session
def start(session: Session) -> None:
    """Hold the embedded server."""
    from kpix_tui.app.database import embedded_server  # noqa: PLC0415 - brings SQLAlchemy

    session.talkative = True
    embedded_server(session.context)
    session.context.server().hold()
    click.echo(_("The database runs until: kpix db stop"))


@command(
    db,
    "stop",
    message("Stop the embedded server."),
    examples=("kpix db stop", "kpix db stop --force --yes"),
)
@option("--force", is_flag=True, help=message("Even while other kpix processes use it."))
@option("--yes", is_flag=True, help=message("Do not ask before forcing."))
@pass_session
def stop(session: Session, force: bool, yes: bool) -> None:
    """Stop the embedded server."""
    from kpix_tui.app.database import embedded_server  # noqa: PLC0415 - brings SQLAlchemy

    embedded_server(session.context)
    if force and session.context.server().status().in_use:
        session.confirm(_("Stop the database under the kpix processes that use it?"), yes=yes)
    session.context.server().stop(force=force)
    click.echo(_("The database is stopped."))


@command(
    db,
    "url",
    message(
        "Print the address of the database, for psql and other programs.\n"
        "The embedded server runs only while it is used: kpix db start. Passwords are not shown."
    ),
    examples=("kpix db url", 'psql "$(kpix db url)"'),
)
@option("--owner", is_flag=True, help=message("As the operator and not as the application."))
@pass_session
def url(session: Session, owner: bool) -> None:
    """Print the database's address."""
    from kpix_tui.app.database import database_url  # noqa: PLC0415 - brings SQLAlchemy

    click.echo(database_url(session.context, owner=owner))


@command(
    db,
    "backup",
    message(
        "Write the whole database into one file that only you can read.\n"
        "The file appears when it is complete. It holds everything, sessions and secrets included: "
        "keep it as safe as the database."
    ),
    examples=("kpix db backup kpix-2026-11-21.backup",),
)
@argument("file", type=click.Path(path_type=Path), metavar="FILE", help=message("The new file."))
@option("--yes", is_flag=True, help=message("Replace the file if it exists."))
@writes
@pass_session
def backup(session: Session, out: Output, file: Path, yes: bool) -> None:
    """Back the database up."""
    from kpix_tui.app import database  # noqa: PLC0415 - brings SQLAlchemy

    size = database.backup(session.context, file, replace=yes)
    out.done(
        {"file": file.absolute(), "bytes": size},
        _("{path}: {size} kB").format(path=file, size=max(size // 1000, 1)),
    )


@command(
    db,
    "restore",
    message(
        "Put the database back as a backup has it.\n"
        "Whatever was entered since then is lost. It happens whole or not at all. Everybody signs "
        "in again afterwards, and one-time codes are to be issued anew."
    ),
    examples=("kpix db restore kpix-2026-11-21.backup",),
)
@argument("file", type=click.Path(path_type=Path), metavar="FILE", help=message("The backup."))
@option("--yes", is_flag=True, help=message("Do not ask."))
@writes
@pass_session
def restore(session: Session, out: Output, file: Path, yes: bool) -> None:
    """Restore a backup."""
    from kpix_tui.app import database  # noqa: PLC0415 - brings SQLAlchemy

    session.confirm(
        _("Replace everything in the database by the backup {path}?").format(path=file), yes=yes
    )
    state = database.restore(session.context, file)
    out.done(
        {"file": file.absolute(), "schema": _schema_word(state)},
        _("The database is that of {path}. Sign in again: kpix login").format(path=file),
    )


for _made in (grant_login, revoke_login, logins, prune_audit, rescue):
    db.add_command(_made)
