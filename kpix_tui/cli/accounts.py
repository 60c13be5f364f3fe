"""``kpix init | login | logout | whoami | password | email | redeem``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpix_tui.cli.base import Command, argument, option
from kpix_tui.cli.errors import LoginNotKept
from kpix_tui.cli.output import Output, reads, writes
from kpix_tui.cli.session import Session, pass_session
from kpix_tui.cli.text import Canvas, Cell
from kpix_tui.i18n.catalog import _, current_locale
from kpix_tui.kernel.errors import message

if TYPE_CHECKING:
    from kpix_tui.access.actor import Actor
    from kpix_tui.domains.accounts.views import SignedIn

# Services are imported where they are called: they bring SQLAlchemy, and --help does without.


@click.command(
    cls=Command,
    help=message(
        "Create an organisation and its first administrator.\n"
        "The database is created or migrated first where that is needed. What is not given is "
        "asked for; the password is read from KPIX_PASSWORD, or typed twice. Only the operator of "
        "the database can do this: whoever runs the embedded one, or has "
        "KPIX_OWNER_DATABASE_URL."
    ),
    examples=(
        "kpix init",
        "kpix init --organization Acme --name 'Ada Admin' --email ada@acme.test",
    ),
)
@option("--organization", metavar="NAME", help=message("Name of the organisation."))
@option("--name", metavar="NAME", help=message("Name of the first administrator."))
@option("--email", metavar="E-MAIL", help=message("E-mail with which they sign in."))
@option(
    "--timezone",
    metavar="ZONE",
    help=message("Time zone that decides which day it is, as Europe/Paris (this machine's)."),
)
@writes
@pass_session
def init(
    session: Session,
    out: Output,
    *,
    organization: str | None,
    name: str | None,
    email: str | None,
    timezone: str | None,
) -> None:
    """Create an organisation."""
    from kpix_tui.app.database import upgrade  # noqa: PLC0415
    from kpix_tui.domains.accounts import rules, service  # noqa: PLC0415
    from kpix_tui.domains.accounts.views import CreateOrganization  # noqa: PLC0415

    session.talkative = True
    asked = session.required
    # Each is checked before the next one is asked for, and the password comes last.
    command = CreateOrganization(
        timezone=rules.check_timezone(timezone or timezone_here()),
        organization=rules.valid_name(
            asked(organization, "--organization", _("Organisation")), field="organization"
        ),
        name=rules.valid_name(asked(name, "--name", _("Your name"))),
        email=rules.normalized_email(asked(email, "--email", _("E-mail"))),
        password=session.password(_("Password"), "KPIX_PASSWORD", twice=True),
        locale=current_locale(),
    )
    service.checked_organization(command)  # before a database is made for it
    upgrade(session.context)
    session.tell(_("Creating the organisation") + "…")
    made = service.create_organization(session.context, command)
    out.done(
        {
            "organization_id": made.organization_id,
            "organization": command.organization,
            "user_id": made.user_id,
            "email": command.email,
            "timezone": command.timezone,
        },
        _("The organisation {name} is ready, in the time zone {timezone}.").format(
            name=command.organization, timezone=command.timezone
        ),
        _("Next, sign in: kpix login --email {email}").format(email=command.email),
        _("Then open the interface: kpix"),
    )


def timezone_here() -> str:
    """The IANA name of this machine's time zone, UTC where it does not tell."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    _before, found, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name if found and "/" in name and not name.startswith("Etc/") else "UTC"


@click.command(
    cls=Command,
    help=message(
        "Sign in.\n"
        "The password is read from KPIX_PASSWORD, or typed unseen. The session is kept in a file "
        "that only you can read, until you sign out or it ends by itself."
    ),
    examples=("kpix login --email ada@acme.test",),
)
@option("--email", metavar="E-MAIL", help=message("Your e-mail."))
@option(
    "--organization",
    metavar="NAME",
    help=message("Which one, where your e-mail has several organisations."),
)
@writes
@pass_session
def login(session: Session, out: Output, email: str | None, organization: str | None) -> None:
    """Sign in."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415
    from kpix_tui.domains.accounts.views import Login  # noqa: PLC0415

    if session.settings.token is not None or session.settings.shared_terminal:
        raise LoginNotKept
    found = service.login(
        session.context,
        Login(
            email=session.required(email, "--email", _("E-mail")),
            password=session.password(_("Password"), "KPIX_PASSWORD"),
            organization=organization,
        ),
    )
    _signed_in(session, out, found)


def _signed_in(session: Session, out: Output, found: SignedIn) -> None:
    """Keep the new session in place of the one that was kept; one that was locked ends."""
    from kpix_tui.domains.accounts.sessions import leave_session  # noqa: PLC0415

    before = session.context.tokens.load()
    session.context.tokens.save(found.token)
    if before is not None:
        leave_session(session.context, before)
    out.done(
        {
            "user_id": found.user_id,
            "name": found.name,
            "organization": found.organization_name,
            "expires_at": found.expires_at,
        },
        _("Signed in as {name}, {organization}.").format(
            name=found.name, organization=found.organization_name
        ),
    )


@click.command(
    cls=Command,
    help=message("Sign out.\nThe session ends on the server and its file is removed."),
    examples=("kpix logout",),
)
@pass_session
def logout(session: Session) -> None:
    """Sign out."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415
    from kpix_tui.domains.accounts.errors import SessionEnded  # noqa: PLC0415
    from kpix_tui.domains.accounts.sessions import leave_session  # noqa: PLC0415

    token = session.context.tokens.load()
    try:
        session.run(service.logout)
    except SessionEnded:  # already, which is what was asked for; a locked one does now
        if token is not None:
            leave_session(session.context, token)
    session.context.tokens.clear()
    click.echo(_("Signed out."))


@click.command(
    cls=Command,
    help=message("Show who is signed in, and their roles."),
    examples=("kpix whoami", "kpix whoami --json"),
)
@reads
@pass_session
def whoami(session: Session, out: Output) -> None:
    """Show the actor."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415

    actor = session.run(service.whoami)
    out.one(_actor(actor), lambda _canvas: _actor_pairs(actor, _canvas))


def _actor(actor: Actor) -> dict[str, object]:
    return {
        "user_id": actor.user_id,
        "name": actor.name,
        "email": actor.email,
        "organization_id": actor.organization_id,
        "organization": actor.organization_name,
        "timezone": actor.timezone,
        "roles": actor.roles,
    }


def _actor_pairs(actor: Actor, _canvas: Canvas) -> list[tuple[str, Cell]]:
    return [
        (_("Name"), Cell(actor.name)),
        (_("E-mail"), Cell(actor.email)),
        (_("Organisation"), Cell(actor.organization_name)),
        (_("Time zone"), Cell(actor.timezone)),
        (_("Roles"), Cell(", ".join(actor.roles))),
    ]


@click.command(
    cls=Command,
    help=message(
        "Change your password.\n"
        "Your other sessions end. Both passwords are typed unseen, or read from KPIX_PASSWORD "
        "(the current one) and KPIX_NEW_PASSWORD."
    ),
    examples=("kpix password",),
)
@pass_session
def password(session: Session) -> None:
    """Change the actor's own password."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415
    from kpix_tui.domains.accounts.views import ChangePassword  # noqa: PLC0415

    session.run(service.whoami)  # before anything is typed: is anybody signed in?
    changed = service.change_password(
        session.context,
        ChangePassword(
            current=session.password(_("Current password"), "KPIX_PASSWORD"),
            new=session.password(_("New password"), "KPIX_NEW_PASSWORD", twice=True),
        ),
    )
    session.context.tokens.save(changed.token)
    click.echo(_("The password is changed. Your other sessions have ended."))
    if session.settings.token is not None:
        session.tell(_("The session in KPIX_TOKEN has ended too: sign in again."))


@click.command(
    cls=Command,
    help=message(
        "Change the e-mail that you sign in with.\n"
        "Your other sessions end, and so do codes that were issued to you. Your password stays; it "
        "is typed unseen, or read from KPIX_PASSWORD."
    ),
    examples=("kpix email sam.okafor@acme.test",),
)
@argument("new", metavar="E-MAIL", help=message("The new e-mail."))
@writes
@pass_session
def email(session: Session, out: Output, new: str) -> None:
    """Change the actor's own e-mail."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415
    from kpix_tui.domains.accounts.views import ChangeEmail  # noqa: PLC0415

    session.run(service.whoami)  # before anything is typed: is anybody signed in?
    changed = service.change_email(
        session.context, ChangeEmail(new, session.password(_("Password"), "KPIX_PASSWORD"))
    )
    session.context.tokens.save(changed.token)
    actor = session.run(service.whoami)
    out.done(
        _actor(actor),
        _("You sign in with {email} now. Your other sessions have ended.").format(
            email=actor.email
        ),
    )
    if session.settings.token is not None:
        session.tell(_("The session in KPIX_TOKEN has ended too: sign in again."))


@click.command(
    cls=Command,
    help=message(
        "Choose a password by a one-time code.\n"
        "The code is from whoever administers your organisation. The password is typed twice, or "
        "read from KPIX_NEW_PASSWORD (else KPIX_PASSWORD). You are then signed in, and every "
        "other session of yours ends."
    ),
    examples=("kpix redeem --email sam@acme.test",),
)
@option("--email", "email_", metavar="E-MAIL", help=message("Your e-mail."))
@option(
    "--code",
    metavar="CODE",
    help=message("The code; asked for where it is not given, since others see what is typed here."),
)
@writes
@pass_session
def redeem(session: Session, out: Output, email_: str | None, code: str | None) -> None:
    """Redeem a code."""
    from kpix_tui.domains.accounts import service  # noqa: PLC0415
    from kpix_tui.domains.accounts.views import RedeemCode  # noqa: PLC0415

    if session.settings.token is not None or session.settings.shared_terminal:
        raise LoginNotKept
    command = RedeemCode(
        session.required(email_, "--email", _("E-mail")),
        session.required(code, "--code", _("Code")),
        session.password(_("New password"), "KPIX_NEW_PASSWORD", "KPIX_PASSWORD", twice=True),
    )
    _signed_in(session, out, service.redeem_code(session.context, command))
